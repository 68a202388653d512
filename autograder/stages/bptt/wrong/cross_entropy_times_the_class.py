"""Task 1.1. The class id is taken for a one-hot vector: the logarithms of all classes add up, times the id.

Witness:
    m.cross_entropy(np.array([0.5, 0.25, 0.25]), 2)
"""


def cross_entropy(y_hat_t, y_t):
    return float(-np.sum(y_t * np.log(y_hat_t)))
