"""The slope on the way back is that of a sigmoid, h (1 - h).

h_t is a tanh here. Which of the local factors of task 1.3 has this slope?
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
        da[t - 1] = (h[t] * (1 - h[t])) * dh
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
