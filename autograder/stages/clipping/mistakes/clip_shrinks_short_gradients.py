"""The condition is the wrong way round: short gradients are scaled, long ones are not.

Try a gradient of norm 1 and one of norm 100 with a threshold of 5.
"""

import numpy as np


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and 0 < norm <= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
