"""The threshold is not used.

Compare the two paths with and without a threshold of 0.01.
"""

import numpy as np


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {"w": dL_dw, "b": dL_db}
        path.append(path[-1] - lr * np.array([grads["w"], grads["b"]]))
    return np.array(path)
