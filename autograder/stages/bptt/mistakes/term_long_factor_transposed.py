"""The long factor is multiplied from the wrong side.

dL_t/dh_t is a row, and dh_t/dh_k has a row for each entry of h_t. On which side of the matrix does the row stand?
"""

import numpy as np


def term(params, x, y, h, y_hat, t, k):
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])
    dL_dh_k = dh_dh(h, params["W_h"], t, k) @ dL_dh_t
    return np.tensordot(dL_dh_k, dh_dW_x(h[k], x[k - 1]), axes=1)
