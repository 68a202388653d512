"""Task 1.2. States below 1e-100 are taken for 0.

Witness:
    m.forward({**p, "W_x": 1e-150 * p["W_x"], "b": np.zeros(3)}, x, np.zeros(3))[0] == 0
"""


def forward(params, x, h_0):
    h = [np.asarray(h_0, dtype=float)]
    for x_t in x:
        state = np.tanh(params["W_x"] @ x_t + params["W_h"] @ h[-1] + params["b"])
        h.append(np.where(np.abs(state) < 1e-100, 0, state))
    z = np.array(h[1:]) @ params["W_y"].T
    return np.array(h), z, np.array([softmax(z_t) for z_t in z])
