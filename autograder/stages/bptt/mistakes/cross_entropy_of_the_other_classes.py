"""The loss is -log(1 - p): that the class is not the right one.

What should the loss be for a probability of 1?
"""

import numpy as np


def cross_entropy(y_hat_t, y_t):
    return -np.log(1 - y_hat_t[y_t])
