"""Task 3.4. math.exp: an OverflowError where w h + b is below -709.

Witness:
    m.scalar_rnn_loss(-1000.0, 0.0, 1.0, 1, 0.5)
"""

import math


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = 1 / (1 + math.exp(-(w * h + b)))
    return (h - target) ** 2
