"""The largest singular value is set, where the spectral radius is asked for.

Check your result with np.linalg.eigvals. For which matrices are the largest singular value and the largest absolute
eigenvalue the same?
"""

import numpy as np


def rescale(W_h, radius):
    if np.abs(np.linalg.eigvals(W_h)).max() == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * radius / np.linalg.norm(W_h, 2)
