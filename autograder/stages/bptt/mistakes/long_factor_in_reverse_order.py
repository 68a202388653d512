"""The Jacobians are multiplied in the wrong order.

Write dh_3/dh_1 out with the chain rule. Which factor has h_3 above the line, and on which side does it stand?
"""

import numpy as np


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("k > t, or a step that is not there")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = product @ dh_dh_prev(h[i], W_h)
    return product
