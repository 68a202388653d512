"""Each entry is clipped, not the norm.

Draw (3, 4) and what you made of it as arrows from the origin. Do they point the same way?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    return {name: np.clip(g, -threshold, threshold) for name, g in grads.items()}, global_norm(grads)
