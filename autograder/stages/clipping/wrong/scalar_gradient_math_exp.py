"""Task 3.4. The loss is safe, the gradient overflows for w h + b below -709.

Witness:
    m.scalar_rnn_grad(-1000.0, 0.0, 1.0, 1, 0.5)
"""

import math


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + math.exp(-(w * h[-1] + b))))
    dw = db = 0.0
    dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        da = dh * h[t] * (1 - h[t])
        dw, db, dh = dw + da * h[t - 1], db + da, da * w
    return dw, db
