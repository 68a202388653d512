"""The unit is that of the paper: h_t = w σ(h_{t-1}) + b.

Pascanu et al. write the unit in another way. Does w stand inside σ or outside it in the docstring?
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = w * np.exp(-np.logaddexp(0.0, -h)) + b
    return (h - target) ** 2
