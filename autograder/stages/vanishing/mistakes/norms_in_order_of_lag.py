"""The norms are in the order of the lag.

Which step does norms[0] belong to: the one farthest back, or step t? Print norms[t].
"""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms = [1.0]
    jacobian = np.eye(len(W_h))
    for k in range(t, 0, -1):
        jacobian = jacobian @ bptt.dh_dh_prev(h[k], W_h)
        norms.append(np.linalg.norm(jacobian, 2))
    return np.array(norms)
