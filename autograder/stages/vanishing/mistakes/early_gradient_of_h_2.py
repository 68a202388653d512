"""The norm is that of the gradient of h_2.

How many factors has dh_T/dh_1? For T = 1, where does the way back end?
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _z, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        dL_dh = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        for t in range(len(x), 2, -1):
            dL_dh = (dL_dh * (1 - h[t] ** 2)) @ params["W_h"]
        norms.append(np.linalg.norm(dL_dh))
    return np.array(norms)
