"""The gradient is that of the last state h_T.

How does your value change with the length of the sequence? It should become small.
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        _, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        norms.append(np.linalg.norm(bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"])))
    return np.array(norms)
