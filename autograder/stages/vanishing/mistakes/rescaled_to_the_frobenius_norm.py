"""W_h is scaled to a Frobenius norm, not to a spectral radius.

What are the eigenvalues of diag(2, 1), and what is its Frobenius norm?
"""

import numpy as np


def rescale(W_h, radius):
    if np.abs(np.linalg.eigvals(W_h)).max() == 0:
        raise ValueError("the spectral radius of W_h is 0: no multiple of W_h has another one")
    return W_h * (radius / np.linalg.norm(W_h))
