"""Each factor has W_h transposed.

Entry [i, j] of dh_t/dh_{t-1} is dh_t[i]/dh_{t-1}[j]. Which entry of W_h belongs to it?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        slope = 1 - h[k] ** 2
        jacobian = jacobian @ (slope[:, None] * W_h.T)
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
