"""The loss adds up the logarithms of all probabilities.

Equation (1) multiplies by y_t, which is one-hot. How many terms of the sum does that leave?
"""

import numpy as np


def cross_entropy(y_hat_t, y_t):
    return -np.sum(np.log(y_hat_t))
