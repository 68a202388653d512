"""Task 1.2. An h_0 that sums up to less than 1e-12 is taken for none.

Witness:
    m.forward(p, x, np.array([1e-13, -3e-200, 2e-300]))[0][0]
"""


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(params["b"])))
    if np.abs(h_0).sum() > 1e-12:
        h[0] = h_0
    for t in range(len(x)):
        h[t + 1] = np.tanh(params["W_h"] @ h[t] + params["W_x"] @ x[t] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
