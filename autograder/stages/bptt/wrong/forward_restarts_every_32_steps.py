"""Task 1.2. Works in windows of 32 steps, and each begins from h_0.

Witness:
    m.forward(p, np.tile(x, (20, 1)), h_0)
"""


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        before = h_0 if (t - 1) % 32 == 0 else h[t - 1]
        h[t] = np.tanh(params["W_h"] @ before + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
