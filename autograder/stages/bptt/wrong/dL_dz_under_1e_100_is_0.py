"""Task 1.3. Entries below 1e-100 become 0.

Witness:
    m.dL_dz(np.array([1e-200, 0.25, 0.75]), 1)
"""

_dL_dz = dL_dz


def dL_dz(y_hat_t, y_t):
    grad = _dL_dz(y_hat_t, y_t)
    grad[np.abs(grad) < 1e-100] = 0
    return grad
