"""The norm is not the spectral norm.

For the identity the norm at k = t should be 1. What does np.linalg.norm give for an identity matrix of size H, and
what does its argument `ord` do?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, -1, -1):
        norms[k] = np.linalg.norm(jacobian)
        jacobian = jacobian @ bptt.dh_dh_prev(h[k], W_h)
    return norms
