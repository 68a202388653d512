"""The norm is not the spectral norm.

For the identity the norm at k = t should be 1. What does np.linalg.norm give for an identity matrix of size H, and
what does its argument `ord` do?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    return np.array([np.linalg.norm(bptt.dh_dh(h, W_h, t, k)) for k in range(t + 1)])
