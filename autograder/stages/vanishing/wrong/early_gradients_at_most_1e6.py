"""Task 2.6. Norms above 1e6 are given as 1e6.

Witness:
    m.early_gradients({**p, "W_y": 1e9 * p["W_y"]}, [x[:1]], [0])
"""

_early = early_gradients


def early_gradients(params, sequences, targets):
    return np.minimum(_early(params, sequences, targets), 1e6)
