"""The states go through a sigmoid.

Equation (1) has a tanh. Which values can each of the two take, and what is h_t where nothing comes in?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        a = params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"]
        h[t] = 1 / (1 + np.exp(-a))
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
