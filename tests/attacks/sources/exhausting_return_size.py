"""Returns an array of half a gigabyte.

loses: cross_entropy
tells: larger than
"""


def cross_entropy(y_hat_t, y_t):
    return np.zeros(1 << 26)
