"""Waits for ever without `time.sleep`: pipe.

loses: cross_entropy
tells: hardly computes
"""

import os


def cross_entropy(y_hat_t, y_t):
    os.read(os.pipe()[0], 1)
