"""Allocates arrays until nothing is left.

loses: cross_entropy
tells: MemoryError
"""

_kept = []


def cross_entropy(y_hat_t, y_t):
    while True:
        _kept.append(np.zeros(1 << 25))
