"""Task 1.2. The states have the dtype of h_0: from an h_0 of whole numbers they are cut to whole numbers.

Witness:
    m.forward(p, x, np.array([0, 1, 0]))
"""


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)), dtype=h_0.dtype)
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
