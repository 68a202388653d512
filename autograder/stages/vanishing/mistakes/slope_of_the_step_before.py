"""The slope of the tanh is taken at the state one step too early.

In dh_i/dh_{i-1}, at which of the two states is 1 - h^2 evaluated? Work out h_1 by h_0 for one unit.
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        jacobian = jacobian @ bptt.dh_dh_prev(h[k - 1], W_h)
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
