"""Task 1.2. Draws a start where h_0 is zero, which is a value like any other.

Witness:
    m.forward(p, x, np.zeros(3))
"""


def forward(params, x, h_0):
    start = np.array(h_0, dtype=float) if np.any(h_0) else np.full(len(h_0), 0.01)
    h = [start]
    for x_t in x:
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"]))
    h = np.array(h)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
