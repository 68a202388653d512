"""The loss has a factor ½ that the definition does not have.

Compare with L = (h_steps - target)².
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(w * h + b)))
    return 0.5 * (h - target) ** 2
