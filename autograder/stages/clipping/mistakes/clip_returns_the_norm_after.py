"""The norm that is returned is the one after clipping.

What would a plot of these norms show of a gradient that explodes?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    clipped = {name: scale * g for name, g in grads.items()}
    return clipped, global_norm(clipped)
