"""Task 2.6. The last state of a sequence is the start of the next.

Witness:
    m.early_gradients(p, [x, x[:3]], [3, 0])
"""


def early_gradients(params, sequences, targets):
    found, start = [], np.zeros(len(params["W_h"]))
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, start)
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append(np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), 1)))
        start = h[-1]
    return np.array(found)
