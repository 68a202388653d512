"""The gradient goes back 20 steps and no further.

Where nothing vanishes, each step counts as much as the last one. How far back does your loop go?
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
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w if t > steps - 19 else 0.0
    return dL_dw, dL_db
