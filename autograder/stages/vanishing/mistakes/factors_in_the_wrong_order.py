"""The factors are multiplied in the opposite order.

Matrices do not commute. Which factor stands leftmost in dh_3/dh_1: that of step 3 or that of step 2?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        jacobian = bptt.dh_dh_prev(h[k], W_h) @ jacobian
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
