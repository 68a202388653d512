"""The gradient at the scores is y_hat_t itself.

What was dL_dz in task 1.3, and where does y_t stand in it?
"""

import numpy as np


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    dz = np.array(y_hat, dtype=float)
    da = np.zeros((T, H))
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dh = params["W_y"].T @ dz[t - 1] + carry
        da[t - 1] = (1 - h[t] ** 2) * dh
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
