"""Task 1.3. The probability is held above 1e-12: no entry is beyond -1e12.

Witness:
    m.dL_dyhat(np.array([1e-20, 1.0]), 0)
"""


def dL_dyhat(y_hat_t, y_t):
    grad = np.zeros(len(y_hat_t))
    grad[y_t] = -1 / max(y_hat_t[y_t], 1e-12)
    return grad
