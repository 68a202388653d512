"""Blocks and ignores every signal, then loops.

loses: cross_entropy
"""

import signal


def cross_entropy(y_hat_t, y_t):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
