"""The scores z_t are made from h_{t-1} instead of h_t.

h has one row more than z. With T = 1, which row of h should z_1 be made from?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[:-1] @ params["W_y"].T
    return h, z, softmax(z)
