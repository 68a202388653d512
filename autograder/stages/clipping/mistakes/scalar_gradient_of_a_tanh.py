"""The unit is a tanh, not σ, and so is its gradient.

Which function is σ here? Which values can h_t take?
"""

import numpy as np


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(np.tanh(w * h[-1] + b))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * (1 - h[t] ** 2)
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
    return dL_dw, dL_db
