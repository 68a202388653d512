"""Some or all thresholds of zero or below are accepted.

What would a step with a threshold of 0, or of -1, do? See the Raises section.
"""

import numpy as np


def clip_by_norm(grads, threshold):
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
