"""Step t reads x_{t-1}, and the first step reads none.

Time runs from 1, the rows of x from 0. Which row of x is x_1?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ (x[t - 2] if t > 1 else 0 * x[0]) + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
