"""The norms of the summands are in the order of the lag.

Index k - 1 belongs to step k. Which word should norms[0] belong to?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) for k in range(t, 0, -1)])
