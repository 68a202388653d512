"""Returns an array of half a gigabyte.

marks: 78
tells: larger than
"""


def cross_entropy(y_hat_t, y_t):
    return np.zeros(1 << 26)
