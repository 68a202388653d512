"""At the first step W_h is met by the last state instead of h_0.

Which state went into step 1? In Python an index of -1 is the last row, and no error.
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
    return {"W_x": da.T @ x, "W_h": da.T @ np.roll(h[1:], 1, axis=0), "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
