"""The unit is a tanh, not σ.

Which function is σ here? Which values can h_t take?
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = np.tanh(w * h + b)
    return (h - target) ** 2
