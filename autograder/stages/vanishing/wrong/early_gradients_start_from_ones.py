"""Task 2.6. h_0 is 1 and not 0.

Witness:
    m.early_gradients(p, [x, x[:3]], [3, 0])
"""


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.ones(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append(np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), 1)))
    return np.array(found)
