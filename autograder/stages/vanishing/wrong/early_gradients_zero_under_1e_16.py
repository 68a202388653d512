"""Task 2.6. Norms under 1e-16 are set to 0.

Witness:
    m.early_gradients({**p, 'W_h': 1e-4 * p['W_h']}, [x], [1])
"""


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        found.append((lambda n: n if n > 1e-16 else 0.0)(np.linalg.norm(g @ bptt.dh_dh(h, params["W_h"], len(x), 1))))
    return np.array(found)
