"""The loss is taken with the logarithm to base 2.

What is the loss of a probability of 1/e? The derivative 1 / y_hat in equation (3) belongs to one base only.
"""

import numpy as np


def cross_entropy(y_hat_t, y_t):
    return -np.log2(y_hat_t[y_t])
