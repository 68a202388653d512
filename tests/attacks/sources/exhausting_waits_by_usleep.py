"""Waits for ever without `time.sleep`: usleep.

loses: cross_entropy
tells: hardly computes
"""

import ctypes


def cross_entropy(y_hat_t, y_t):
    ctypes.CDLL(None).sleep(10**6)
