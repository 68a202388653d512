"""The losses of the earlier steps are in the gradient too.

The target is that of the last step alone. What does a loss at step 1 add to dL/dh_1, and over how many factors does
it come?
"""

import bptt
import numpy as np


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        grads = [bptt.dL_dz(y_hat[t - 1], target) @ bptt.dz_dh(params["W_y"]) @ bptt.dh_dh(h, params["W_h"], t, 1)
                 for t in range(1, len(x) + 1)]
        norms.append(np.linalg.norm(sum(grads)))
    return np.array(norms)
