"""The caller's gradients are scaled in place.

What does `*=` do to an array that somebody else still holds?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    if np.isfinite(norm) and norm >= threshold:
        for g in grads.values():
            g *= threshold / norm
    return grads, norm
