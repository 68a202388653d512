"""Takes the limit of the recursion away and runs over the end of the stack.

loses: cross_entropy
"""

import sys


def cross_entropy(y_hat_t, y_t):
    sys.setrecursionlimit(10**9)
    return sorted([0, 1], key=lambda _: cross_entropy(y_hat_t, y_t))
