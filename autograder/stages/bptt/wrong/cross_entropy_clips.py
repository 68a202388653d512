"""Task 1.1. The probability is clipped to 1e-12, so that no loss is above 27.6 and an impossible class has a finite one.

Witness:
    m.cross_entropy(np.array([1e-30, 1.0]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    return float(-np.log(np.clip(y_hat_t[y_t], 1e-12, 1.0)))
