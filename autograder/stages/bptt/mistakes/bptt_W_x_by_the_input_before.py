"""The gradient of W_x has x_{t-1} where it should have x_t, and none at the first step.

Time runs from 1, the rows of x from 0. Which row of x is x_1?
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
        grads["W_x"] += np.outer(da, x[t - 2] if t > 1 else 0 * x[0])
        grads["b"] += da
        dh_next = params["W_h"].T @ da
    return {**grads, "h_0": dh_next}
