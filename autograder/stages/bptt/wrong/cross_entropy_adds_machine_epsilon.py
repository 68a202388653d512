"""Task 1.1. Machine epsilon is added to the probability: no loss is above 36.

Witness:
    m.cross_entropy(np.array([0.0, 1.0]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    return float(-np.log(y_hat_t[y_t] + np.finfo(float).eps))
