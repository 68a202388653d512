"""Waits for ever without `time.sleep`: thread.

loses: cross_entropy
tells: hardly computes
"""

import threading
import time


def cross_entropy(y_hat_t, y_t):
    threading.Thread(target=time.sleep, args=(10**6,)).start(), threading.enumerate()[-1].join()
