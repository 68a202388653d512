"""Reads the address 0: its process ends by a segmentation fault.

loses: cross_entropy
tells: SIGSEGV
"""

import ctypes


def cross_entropy(y_hat_t, y_t):
    return ctypes.string_at(0)
