"""Raises an exception with a name and a text of several megabytes.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    raise type("N" * (1 << 21), (ValueError,), {})("m" * (1 << 23))
