"""The bound is a power of the spectral radius.

The largest absolute eigenvalue says what happens in the long run, not in one step. Draw both beside the norms of a
W_h that is not symmetric: is every norm below the line?
"""

import numpy as np


def decay_bound(W_h, t):
    return np.abs(np.linalg.eigvals(W_h)).max() ** np.arange(t, -1, -1.0)
