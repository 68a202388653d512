"""The summand for step k uses the input of step k + 1.

x_k lies in x[k - 1], since x has no row for step 0. Which row does yours read for k = 1?
"""

import numpy as np


def term(params, x, y, h, y_hat, t, k):
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])
    dL_dh_k = dL_dh_t @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(dL_dh_k, dh_dW_x(h[k], x[k]), axes=1)
