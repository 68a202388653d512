"""The summand is transposed.

The gradient of W_x has the shape of W_x. Which of your indices runs over units, and which over inputs?
"""

import numpy as np


def term(params, x, y, h, y_hat, t, k):
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])
    dL_dh_k = dL_dh_t @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(dL_dh_k, dh_dW_x(h[k], x[k - 1]), axes=1).T
