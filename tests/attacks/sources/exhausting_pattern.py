"""Matches a pattern that takes exponential time, inside a single call of a C function.

loses: cross_entropy
"""

import re


def cross_entropy(y_hat_t, y_t):
    return re.match(r"(a+)+$", "a" * 40 + "b")
