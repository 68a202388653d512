"""The bound is in the order of the lag.

At which index is the bound 1: where k = t, or where k = 0?
"""

import numpy as np


def decay_bound(W_h, t):
    return np.linalg.norm(W_h, 2) ** np.arange(t + 1.0)
