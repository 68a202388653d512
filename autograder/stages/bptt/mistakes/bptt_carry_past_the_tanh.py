"""What comes from later steps is added behind the tanh instead of before it.

The carry is a gradient by h_t, as is the part from L_t. Do both go through the slope of the tanh in your code?
"""

import numpy as np


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    dz = np.array(y_hat, dtype=float)
    dz[np.arange(T), y] -= 1
    da = np.zeros((T, H))
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dh = params["W_y"].T @ dz[t - 1]
        da[t - 1] = (1 - h[t] ** 2) * dh + carry
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
