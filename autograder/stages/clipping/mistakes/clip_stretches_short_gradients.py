"""Short gradients are made longer.

What happens to a gradient that is shorter than the threshold? Read the condition of Algorithm 1, and think of a
gradient of zero.
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = np.divide(threshold, norm) if np.isfinite(norm) else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
