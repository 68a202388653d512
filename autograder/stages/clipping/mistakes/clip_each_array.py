"""Each array is clipped by its own norm.

Compute the norm over all arrays after clipping: is it the threshold? Do all entries have the same factor?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    clipped = {}
    for name, g in grads.items():
        norm = global_norm({name: g})
        clipped[name] = g * threshold / norm if np.isfinite(norm) and norm >= threshold else g.copy()
    return clipped, global_norm(grads)
