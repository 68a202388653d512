"""Asks the grader for values of other tasks without end.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    while True:
        dL_dz(y_hat_t, y_t)
