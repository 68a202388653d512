"""Task 1.3. Every class with the right one's probability counts as right.

Witness:
    m.dL_dz(np.array([0.4, 0.4, 0.2]), 1)
"""


def dL_dz(y_hat_t, y_t):
    return y_hat_t - (y_hat_t == y_hat_t[y_t])
