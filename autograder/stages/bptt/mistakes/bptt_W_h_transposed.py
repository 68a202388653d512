"""The gradient of W_h is transposed.

The gradient of W_h[i, j] is the slope at unit i of step t times the state of unit j of the step before. Which of the
two gives the row in your product?
"""

import numpy as np


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    dz = np.array(y_hat, dtype=float)
    dz[np.arange(T), y] -= 1
    da = np.zeros((T, H))
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dh = params["W_y"].T @ dz[t - 1] + carry
        da[t - 1] = (1 - h[t] ** 2) * dh
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": h[:-1].T @ da, "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
