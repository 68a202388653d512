"""The derivative of the tanh is missing: the factors are W_h alone.

Compare with a run where all states are near 1. The tanh is nearly flat there: how much of a change can pass it?
"""

import numpy as np


def jacobian_norms(h, W_h, t):
    return np.array([np.linalg.norm(np.linalg.matrix_power(W_h, t - k), 2) for k in range(t + 1)])
