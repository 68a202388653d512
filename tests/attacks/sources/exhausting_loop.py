"""Loops without end.

loses: cross_entropy
tells: seconds of CPU time
"""


def cross_entropy(y_hat_t, y_t):
    while True:
        pass
