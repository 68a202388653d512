"""Only the part of the first step is left: each step overwrites what the others gave.

w and b are used at every step. What does `=` in the loop leave, and what `+=`?
"""

import numpy as np


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * h[t] * (1 - h[t])
        dL_dw = dL_da * h[t - 1]
        dL_db = dL_da
        dL_dh = dL_da * w
    return dL_dw, dL_db
