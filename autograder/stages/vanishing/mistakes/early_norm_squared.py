"""The norms are squared.

What is the length of the vector (3, 4)?
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _z, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        dL_dh = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        for t in range(len(x), 1, -1):
            dL_dh = (dL_dh * (1 - h[t] ** 2)) @ params["W_h"]
        norms.append(np.sum(dL_dh ** 2))
    return np.array(norms)
