"""The tanh is applied to h_t a second time.

h_t is what comes out of the tanh. In d tanh(a)/da = 1 - tanh(a)^2, which of the two is h_t: a or tanh(a)?
"""

import numpy as np


def dh_dh_prev(h_t, W_h):
    return (1 - np.tanh(h_t) ** 2)[:, None] * W_h
