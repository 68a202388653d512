"""Task 1.3. Every class with the right one's probability counts as right.

Witness:
    m.dL_dyhat(np.array([0.4, 0.4, 0.2]), 1)
"""


def dL_dyhat(y_hat_t, y_t):
    with np.errstate(divide="ignore"):
        return np.where(y_hat_t == y_hat_t[y_t], -1 / y_hat_t, 0.0)
