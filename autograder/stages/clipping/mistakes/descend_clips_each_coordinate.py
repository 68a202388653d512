"""w and b are clipped one by one.

In the picture, does the clipped step point where the plain one points?
"""

import numpy as np


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {"w": dL_dw, "b": dL_db}
        if threshold is not None:
            grads = {name: np.clip(g, -threshold, threshold) for name, g in grads.items()}
        path.append(path[-1] - lr * np.array([grads["w"], grads["b"]]))
    return np.array(path)
