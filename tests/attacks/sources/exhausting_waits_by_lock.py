"""Waits for ever without `time.sleep`: for a lock that it holds itself.

loses: cross_entropy
tells: hardly computes
"""

import threading


def cross_entropy(y_hat_t, y_t):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
