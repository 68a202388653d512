"""The way back through time lacks the factor w.

What is ∂a_t/∂h_{t-1} for a_t = w h_{t-1} + b?
"""

import numpy as np


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * h[t] * (1 - h[t])  # a_t = w h_{t-1} + b
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da
    return dL_dw, dL_db
