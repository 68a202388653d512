"""A spectral radius of 0 is divided by.

Call the function with a matrix of zeros, and with one that has ones above its diagonal only. What should a caller be
told?
"""

import numpy as np


def rescale(W_h, radius):
    with np.errstate(all="ignore"):
        return W_h * (radius / np.abs(np.linalg.eigvals(W_h)).max())
