"""Returns a list of two million items.

loses: cross_entropy
tells: items
"""


def cross_entropy(y_hat_t, y_t):
    return list(range(2_000_000))
