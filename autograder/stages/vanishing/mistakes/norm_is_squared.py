"""The norm is squared.

Is the largest singular value the root of an eigenvalue of JᵀJ, or that eigenvalue?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        slope = 1 - h[k] ** 2
        jacobian = jacobian @ (slope[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(jacobian, 2) ** 2
    return norms
