"""Task 2.6. Remembers the norm by length and target.

Witness:
    m.early_gradients(p, [x, 2 * x], [3, 3])
"""


def early_gradients(params, sequences, targets):
    known = {}
    for x, target in zip(sequences, targets):
        if (len(x), int(target)) not in known:
            h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
            g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
            known[len(x), int(target)] = np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), 1))
    return np.array([known[len(x), int(target)] for x, target in zip(sequences, targets)])
