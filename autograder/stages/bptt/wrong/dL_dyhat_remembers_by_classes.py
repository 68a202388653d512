"""Task 1.3. Remembers the first gradient for each number of classes and value of the right one.

Witness:
    m.dL_dyhat(np.array([0.5, 0.5]), 0)
    m.dL_dyhat(np.array([0.5, 0.5]), 1)
"""

_known = {}
_dL_dyhat = dL_dyhat


def dL_dyhat(y_hat_t, y_t):
    key = len(y_hat_t), float(y_hat_t[y_t])
    if key not in _known:
        _known[key] = _dL_dyhat(y_hat_t, y_t)
    return _known[key].copy()
