"""The loss is the distance from the target, not its square.

What is L for h_steps - target = -0.5?
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))
    return abs(h - target)
