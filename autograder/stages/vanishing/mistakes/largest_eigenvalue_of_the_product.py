"""The largest absolute eigenvalue is taken in place of the largest singular value.

Try the matrix [[0, 5], [0, 0]]. How much can it stretch a vector, and what are its eigenvalues?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    return np.array([np.abs(np.linalg.eigvals(bptt.dh_dh(h, W_h, t, k))).max() for k in range(t + 1)])
