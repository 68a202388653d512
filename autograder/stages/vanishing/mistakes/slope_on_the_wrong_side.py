"""The slopes of the tanh multiply the columns of W_h.

Write out entry (i, j) of dh_t/dh_{t-1}: does the slope belong to the unit the change arrives at, or to the one it
comes from?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        jacobian = jacobian @ (W_h * (1 - h[k] ** 2))
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
