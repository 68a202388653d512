"""Task 1.2. The last state is kept in the module, and the next call with the same H begins with it in place of h_0.

Witness:
    m.forward(p, x, h_0)
    m.forward(p, x, 0.5 * h_0)
"""

_last = {}


def forward(params, x, h_0):
    h = [np.array(_last.get(len(h_0), h_0), dtype=float)]
    for x_t in x:
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"]))
    _last[len(h_0)] = h[-1]
    h = np.array(h)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
