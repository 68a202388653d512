"""Task 1.3. A probability below 1e-150 is taken for 1e-150.

Witness:
    m.dL_dyhat(np.array([1e-180, 0.25, 0.75]), 0)
"""


def dL_dyhat(y_hat_t, y_t):
    grad = np.zeros(len(y_hat_t))
    grad[y_t] = -1 / max(y_hat_t[y_t], 1e-150)
    return grad
