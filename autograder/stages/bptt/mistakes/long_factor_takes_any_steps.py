"""dh_dh answers for k > t too.

A later state has no effect on an earlier one. What does the docstring ask for when k > t, or when a step is not
there? Note that a negative index is a valid one in Python.
"""

import numpy as np


def dh_dh(h, W_h, t, k):
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
