"""Waits for ever without `time.sleep`: pause.

loses: cross_entropy
tells: hardly computes
"""

import signal


def cross_entropy(y_hat_t, y_t):
    signal.pause()
