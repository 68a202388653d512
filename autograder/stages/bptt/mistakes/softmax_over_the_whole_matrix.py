"""softmax divides by one sum for the whole matrix.

A vector comes out right. In a matrix each row is a step with a distribution of its own: what does each row add
up to?
"""

import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)
