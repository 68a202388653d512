"""The norm is the sum of absolute values.

The norm asked for is the length of the vector. What is the length of (3, 4)?
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        dL_dh_T = bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"])
        norms.append(np.abs(dL_dh_T @ bptt.dh_dh(h, params["W_h"], len(x), 1)).sum())
    return np.array(norms)
