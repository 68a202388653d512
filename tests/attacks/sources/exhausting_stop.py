"""Stops its own process in the middle of a call.

loses: cross_entropy
tells: Operation not permitted
"""

import os
import signal


def cross_entropy(y_hat_t, y_t):
    os.kill(os.getpid(), signal.SIGSTOP)
