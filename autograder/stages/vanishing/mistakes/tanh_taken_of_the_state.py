"""The slope takes the tanh of h once more.

With h = tanh(a): what is dh/da, written with h alone?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        slope = 1 - np.tanh(h[k]) ** 2
        jacobian = jacobian @ (slope[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
