"""Task 1.2. The scores are clipped to ±20 before the softmax and in what is returned.

Witness:
    m.forward({**p, "W_y": 100 * p["W_y"]}, x, h_0)
"""


def forward(params, x, h_0):
    h = [np.array(h_0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"]))
    h = np.array(h)
    z = np.clip(h[1:] @ params["W_y"].T, -20, 20)
    return h, z, softmax(z)
