"""One step of the recursion is missing.

Write down h_1 and h_2. How often is σ applied for steps = 2?
"""

import numpy as np


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps - 1):
        h = 1 / (1 + np.exp(-(w * h + b)))
    return (h - target) ** 2
