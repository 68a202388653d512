"""The norm is the largest sum of a row.

Which norm does the docstring ask for, and what does np.linalg.norm take as `ord` for it? Try it on diag(2, 1).
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        slope = 1 - h[k] ** 2
        jacobian = jacobian @ (slope[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(jacobian, np.inf)
    return norms
