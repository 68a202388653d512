"""Sends itself the signal an administrator would send, to the thread and to the process.

loses: cross_entropy
tells: Operation not permitted
"""

import signal
import threading


def cross_entropy(y_hat_t, y_t):
    try:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    except OSError:
        signal.raise_signal(signal.SIGHUP)
