"""The step is clipped, learning rate and all, instead of the gradient.

How long is a clipped step: threshold, or lr · threshold? Algorithm 1 clips before the step is made.
"""

import numpy as np


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {"w": lr * dL_dw, "b": lr * dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path.append(path[-1] - np.array([grads["w"], grads["b"]]))
    return np.array(path)
