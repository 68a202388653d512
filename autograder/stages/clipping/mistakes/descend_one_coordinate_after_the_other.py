"""b is updated with the gradient at the new w.

Both derivatives belong to one point. At which point is the second one taken?
"""

import numpy as np


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    w, b = (float(value) for value in start)
    path = [(w, b)]
    for _ in range(n_updates):
        scale = 1.0
        if threshold is not None:
            _, norm = clip_by_norm(dict(zip("wb", scalar_rnn_grad(w, b, h_0, steps, target))), threshold)
            scale = min(1.0, threshold / norm) if norm > 0 else 1.0
        w = w - lr * scale * scalar_rnn_grad(w, b, h_0, steps, target)[0]
        b = b - lr * scale * scalar_rnn_grad(w, b, h_0, steps, target)[1]
        path.append((w, b))
    return np.array(path)
