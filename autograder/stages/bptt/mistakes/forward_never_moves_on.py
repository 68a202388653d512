"""Every step starts from h_0 instead of from the step before.

h_1 is right and h_2 is not. Which row of h does the step from h_1 to h_2 read?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[0] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
