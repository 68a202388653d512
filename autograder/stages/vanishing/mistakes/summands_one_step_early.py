"""The summands are those of k = 0..t-1.

Index 0 of your array belongs to step 1: x_0 does not exist, and h_0 is a constant. Which step is missing at the other
end?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) for k in range(t)])
