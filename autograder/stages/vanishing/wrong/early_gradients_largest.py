"""Task 2.6. The largest entry.

Named: early-largest-entry

Witness:
    m.early_gradients(p, [x, x[:3]], [3, 0])
"""


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append(np.abs(g @ bptt.dh_dh(h, params["W_h"], len(x), 1)).max())
    return np.array(found)
