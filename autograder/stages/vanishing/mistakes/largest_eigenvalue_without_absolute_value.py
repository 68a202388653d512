"""The largest eigenvalue is used, without its absolute value.

Take a matrix whose only eigenvalue is -2. What is its spectral radius, and which sign has your factor?
"""

import numpy as np


def rescale(W_h, radius):
    values = np.linalg.eigvals(W_h)
    if np.abs(values).max() == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * radius / values.real.max()
