"""Waits for ever without `time.sleep`: queue.

loses: cross_entropy
tells: hardly computes
"""

import queue


def cross_entropy(y_hat_t, y_t):
    queue.Queue().get()
