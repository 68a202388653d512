"""The state h_k is read from the row before its own.

x_k is `x[k - 1]`, but h has the initial state in row 0. Which row is h_k?
"""

import numpy as np


def term(params, x, y, h, y_hat, t, k):
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])
    dL_dh_k = dL_dh_t @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(dL_dh_k, dh_dW_x(h[k - 1], x[k - 1]), axes=1)
