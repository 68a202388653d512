"""Task 1.2. tanh from its definition: exp overflows for 1,000 and gives NaN.

Witness:
    m.forward(p, 1e4 * x, h_0)
"""


def forward(params, x, h_0):
    h = [np.array(h_0, dtype=float)]
    for x_t in x:
        up = np.exp(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"])
        h.append((up - 1 / up) / (up + 1 / up))
    h = np.array(h)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
