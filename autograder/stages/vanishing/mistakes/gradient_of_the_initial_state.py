"""The gradient is that of h_0.

How many factors dh_i/dh_{i-1} lie between h_T and h_1? A sequence of one step shows the difference.
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        dL_dh_T = bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"])
        norms.append(np.linalg.norm(dL_dh_T @ bptt.dh_dh(h, params["W_h"], len(x), 0)))
    return np.array(norms)
