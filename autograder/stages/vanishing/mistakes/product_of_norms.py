"""The norms of the factors are multiplied, where the norm of their product is asked for.

Take two matrices whose product is zero although neither is. What do the two ways give?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    for k in range(t, 0, -1):
        norms[k - 1] = norms[k] * np.linalg.norm(bptt.dh_dh_prev(h[k], W_h), 2)
    return norms
