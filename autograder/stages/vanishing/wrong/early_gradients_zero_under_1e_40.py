"""Task 2.6. A norm below 1e-40 is 0.

Witness:
    m.early_gradients({**p, "W_h": 1e-12 * p["W_h"]}, [x], [0])
"""

_early = early_gradients


def early_gradients(params, sequences, targets):
    norms = _early(params, sequences, targets)
    return np.where(norms < 1e-40, 0.0, norms)
