"""Each norm is that of one step's Jacobian alone.

dh_t/dh_k is a product. What does `=` in your loop leave of the factors before?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        slope = 1 - h[k] ** 2
        jacobian = slope[:, None] * W_h
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
