"""The summand leaves out the long factor dh_t/dh_k.

For k = t it is right. What lies between h_t and h_k when k is smaller?
"""

import numpy as np


def term(params, x, y, h, y_hat, t, k):
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])
    return np.tensordot(dL_dh_t, dh_dW_x(h[k], x[k - 1]), axes=1)
