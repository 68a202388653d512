"""Only the real parts of the eigenvalues are looked at.

The eigenvalues of a rotation are complex. How long is the complex number, and how long is its real part?
"""

import numpy as np


def rescale(W_h, radius):
    old = np.abs(np.linalg.eigvals(W_h).real).max()
    if old == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * radius / old
