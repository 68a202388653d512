"""Loops without end.

marks: 78
tells: seconds of CPU time
"""


def cross_entropy(y_hat_t, y_t):
    while True:
        pass
