"""Returns an empty array of a shape that becomes enormous in the next sum.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    return np.empty((0, 1 << 39))
