"""Task 1.1. -log1p(p - 1): a small probability is lost in the subtraction.

Witness:
    m.cross_entropy(np.array([1e-20, 1.0]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    return -np.log1p(y_hat_t[y_t] - 1.0)
