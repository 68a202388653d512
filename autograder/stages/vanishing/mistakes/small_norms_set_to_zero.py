"""Small norms are set to 0.

A float has about 16 digits, and it can be as small as 1e-308: the digits are those after the leading one. What does
your code do with a norm of 1e-20, and what would you lose by it in a logarithm?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        jacobian = jacobian @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    norms[norms < 1e-15] = 0.0
    return norms
