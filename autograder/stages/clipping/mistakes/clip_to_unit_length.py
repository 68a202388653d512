"""Long gradients are scaled to length 1, whatever the threshold is.

How long should a clipped gradient be?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = 1 / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
