"""What is carried back leaves out the slope of the tanh at step t.

Between h_t and h_{t-1} lie the tanh and W_h. Which of the two is missing in what you hand to the step before?
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
        dh_next = params["W_h"].T @ (params["W_y"].T @ dz + dh_next)
    return {**grads, "h_0": dh_next}
