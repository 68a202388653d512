"""Tasks 1.2, 1.1. softmax is right for one vector; forward hands it the whole array, whose probabilities then sum to 1 together.

Witness:
    m.forward(p, x, h_0)
"""


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
