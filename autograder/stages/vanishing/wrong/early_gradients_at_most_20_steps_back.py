"""Task 2.6. The error goes back 20 steps at most.

Witness:
    m.early_gradients(p, [np.tile(x, (5, 1))], [1])
"""


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append(np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), max(1, len(x) - 20))))
    return np.array(found)
