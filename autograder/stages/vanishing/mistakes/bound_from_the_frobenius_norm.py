"""The bound is a power of the Frobenius norm.

It is a bound too, but a looser one than asked for. Which norm of W_h is its largest singular value?
"""

import numpy as np


def decay_bound(W_h, t):
    return np.linalg.norm(W_h) ** np.arange(t, -1, -1.0)
