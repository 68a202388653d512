"""Prints a gigabyte, to every stream it has.

loses: cross_entropy
"""

import os
import sys


def cross_entropy(y_hat_t, y_t):
    text = "x" * (1 << 20)
    while True:
        print(text)
        sys.stderr.write(text)
        os.write(1, text.encode())
        os.write(2, text.encode())
