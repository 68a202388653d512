"""The loss is taken with the logarithm to base 10.

What is the loss of a probability of 1/e? Which of NumPy's logarithms has the derivative 1 / y_hat?
"""

import numpy as np


def cross_entropy(y_hat_t, y_t):
    return -np.log10(y_hat_t[y_t])
