"""The product stops before step t.

dh_{k+1}/dh_k is one step. How many factors does your product have for it? Mind that `range` leaves out its end.
"""

import numpy as np


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("k > t, or a step that is not there")
    product = np.eye(len(W_h))
    for i in range(k + 1, t):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
