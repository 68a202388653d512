"""Task 1.2. Collects the states in a list that is a default argument, so that a second call finds those of the first.

Witness:
    m.forward(p, x, h_0)
    m.forward(p, x, -h_0)
"""


def forward(params, x, h_0, states=[]):
    states.append(h_0)
    for x_t in x:
        states.append(np.tanh(params["W_h"] @ states[-1] + params["W_x"] @ x_t + params["b"]))
    h = np.array(states[:len(x) + 1])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
