"""The gradients of the weights hold one step's part only.

W_x, W_h and b act at every step. Is the part of each step put in the place of the last one, or added to it?
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
    return {"W_x": np.outer(da[0], x[0]), "W_h": np.outer(da[0], h[0]), "b": da[0], "W_y": np.outer(dz[0], h[1]), "h_0": carry}
