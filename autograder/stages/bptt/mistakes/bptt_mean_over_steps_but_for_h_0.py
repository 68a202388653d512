"""The gradients of the parameters are divided by T.

Is L_total in equation (4) the sum of the losses or their mean?
"""

import numpy as np


def bptt(params, x, y, h, y_hat):
    T = len(x)
    grads = {name: np.zeros(theta.shape) for name, theta in params.items()}
    dh_next = np.zeros(h.shape[1])
    for t in range(T, 0, -1):
        dz = np.array(y_hat[t - 1], dtype=float)
        dz[y[t - 1]] -= 1
        da = (1 - h[t] ** 2) * (params["W_y"].T @ dz + dh_next)
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["b"] += da
        dh_next = params["W_h"].T @ da
    return {**{name: g / T for name, g in grads.items()}, "h_0": dh_next}
