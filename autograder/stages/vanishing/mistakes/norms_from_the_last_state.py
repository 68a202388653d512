"""The norms are those of the last state h_T, whatever t is.

Call the function with a t smaller than the number of steps. Which states may dh_t/dh_k depend on?
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, jacobian, T = np.ones(t + 1), np.eye(len(W_h)), len(h) - 1
    for k in range(t, 0, -1):
        jacobian = jacobian @ bptt.dh_dh_prev(h[T - t + k], W_h)
        norms[k - 1] = np.linalg.norm(jacobian, 2)
    return norms
