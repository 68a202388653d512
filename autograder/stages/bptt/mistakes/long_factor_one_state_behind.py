"""Each Jacobian is taken at the state before its step.

dh_i/dh_{i-1} has the slope of the tanh that made which state: h_i or h_{i-1}?
"""

import numpy as np


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("k > t, or a step that is not there")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i - 1], W_h) @ product
    return product
