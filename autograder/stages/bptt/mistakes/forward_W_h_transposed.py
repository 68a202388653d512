"""The state is multiplied by the transpose of W_h.

W_h[i, j] is the weight from unit j to unit i. A row vector times W_h sums over which of the two?
"""

import numpy as np


def forward(params, x, h_0):
    h = np.zeros((len(x) + 1, len(h_0)))
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(h[t - 1] @ params["W_h"] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z)
