"""Calls itself without end.

marks: 78
tells: RecursionError
"""


def cross_entropy(y_hat_t, y_t):
    return cross_entropy(y_hat_t, y_t)
