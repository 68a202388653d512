"""Task 1.3. Classes are counted modulo ten.

Witness:
    m.dL_dyhat(np.full(20, 0.05), 13)
"""

_dL_dyhat = dL_dyhat


def dL_dyhat(y_hat_t, y_t):
    return _dL_dyhat(y_hat_t, y_t % 10)
