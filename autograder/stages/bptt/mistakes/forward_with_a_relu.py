"""The states go through max(0, a).

Equation (1) has a tanh. Can a state be negative there, and can it be larger than 1?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        a = params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"]
        h[t] = np.maximum(a, 0)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
