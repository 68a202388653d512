"""Task 1.3. Classes are counted modulo ten.

Witness:
    m.dL_dz(np.full(20, 0.05), 13)
"""

_dL_dz = dL_dz


def dL_dz(y_hat_t, y_t):
    return _dL_dz(y_hat_t, y_t % 10)
