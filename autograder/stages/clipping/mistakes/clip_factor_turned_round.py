"""The gradient is multiplied by ‖g‖ / threshold: it becomes longer.

How long should the gradient be after clipping, and how long is yours?
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = norm / threshold if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
