"""The largest absolute eigenvalue is taken in place of the largest singular value.

Try the matrix [[0, 5], [0, 0]]. How much can it stretch a vector, and what are its eigenvalues?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, -1, -1):
        norms[k] = np.abs(np.linalg.eigvals(jacobian)).max()
        jacobian = jacobian @ bptt.dh_dh_prev(h[k], W_h)
    return norms
