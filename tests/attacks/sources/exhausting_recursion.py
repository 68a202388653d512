"""Calls itself without end.

loses: cross_entropy
tells: RecursionError
"""


def cross_entropy(y_hat_t, y_t):
    return cross_entropy(y_hat_t, y_t)
