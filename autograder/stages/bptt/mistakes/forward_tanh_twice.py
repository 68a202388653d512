"""The states go through tanh twice.

How often does tanh stand in equation (1)?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"]))
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
