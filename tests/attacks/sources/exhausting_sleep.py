"""Sleeps without end.

loses: cross_entropy
tells: hardly computes
"""

import time


def cross_entropy(y_hat_t, y_t):
    time.sleep(10**6)
