"""Sleeps without end.

marks: 78
tells: hardly computes
"""

import time


def cross_entropy(y_hat_t, y_t):
    time.sleep(10**6)
