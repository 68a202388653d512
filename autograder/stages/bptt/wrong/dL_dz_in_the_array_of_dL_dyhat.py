"""Task 1.3. dL_dz is worked out in the array that dL_dyhat returned last.

Witness:
    first = m.dL_dyhat(y_hat[0], 1)
    m.dL_dz(y_hat[0], 1)
    first
"""

_last = {}
_dL_dyhat, _dL_dz = dL_dyhat, dL_dz


def dL_dyhat(y_hat_t, y_t):
    _last[len(y_hat_t)] = _dL_dyhat(y_hat_t, y_t)
    return _last[len(y_hat_t)]


def dL_dz(y_hat_t, y_t):
    out = _last.pop(len(y_hat_t), None)
    out = np.empty(len(y_hat_t)) if out is None else out
    out[:] = _dL_dz(y_hat_t, y_t)
    return out
