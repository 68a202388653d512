"""Task 1.2. The bias is added behind the tanh.

Witness:
    m.forward(p, x, h_0)
"""


def forward(params, x, h_0):
    h = [np.array(h_0, float)]
    for x_t in x:
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t) + params["b"])
    h = np.array(h)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
