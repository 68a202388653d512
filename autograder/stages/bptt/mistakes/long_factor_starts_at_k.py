"""The product has the Jacobian of step k in it as well.

The path from h_k to h_t does not pass through the tanh that made h_k. How many factors do t - k steps have?
"""

import numpy as np


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("k > t, or a step that is not there")
    product = np.eye(len(W_h))
    for i in range(k, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
