"""Allocates arrays until nothing is left.

marks: 78
tells: MemoryError
"""

_kept = []


def cross_entropy(y_hat_t, y_t):
    while True:
        _kept.append(np.zeros(1 << 25))
