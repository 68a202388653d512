"""Returns an integer of a million digits, and computes a larger one.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    if y_t == 0:
        return 7 ** (10**9)
    return 1 << 4_000_000
