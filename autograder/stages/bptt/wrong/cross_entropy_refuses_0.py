"""Task 1.1. math.log raises for a probability of 0, whose loss is Inf.

Witness:
    m.cross_entropy(np.array([0.0, 1.0]), 0)
"""

import math


def cross_entropy(y_hat_t, y_t):
    return -math.log(y_hat_t[y_t])
