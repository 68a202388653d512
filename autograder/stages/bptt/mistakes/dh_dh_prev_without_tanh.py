"""The Jacobian of one step leaves out the slope of the tanh.

Which two functions does one step consist of? A saturated unit, h_t = 1, passes nothing on.
"""

import numpy as np


def dh_dh_prev(h_t, W_h):
    return np.array(W_h)
