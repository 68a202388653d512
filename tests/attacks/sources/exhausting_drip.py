"""Sends its answer a byte at a time, forever: something always comes, but never the end.

loses: cross_entropy
"""

import os
import struct
import time


def cross_entropy(y_hat_t, y_t):
    data = struct.pack(">II", 1 << 19, 1 << 19)
    while True:
        for descriptor in range(3, 16):
            try:
                os.write(descriptor, data)
            except OSError:
                continue
        data = b"x"
        time.sleep(0.02)
