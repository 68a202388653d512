"""The loss is summed over all steps.

Which state is compared with the target?
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h, loss = h_0, 0.0
    for _ in range(steps):
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))
        loss += (h - target) ** 2
    return loss
