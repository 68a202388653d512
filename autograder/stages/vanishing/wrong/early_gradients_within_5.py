"""Task 2.6. Norms are held below 5.

Witness:
    m.early_gradients({**p, 'W_y': 100 * p['W_y'], 'W_x': 0 * p['W_x'], 'b': 0 * p['b']}, [x[:1]], [1])
"""


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append(min(np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), 1)), 5.0))
    return np.array(found)
