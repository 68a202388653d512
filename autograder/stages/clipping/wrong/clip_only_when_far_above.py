"""Task 3.2. Clipped only where the norm is more than 1 % above the threshold.

Witness:
    m.clip_by_norm({"b": np.array([3.0, 4.0])}, 4.97)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm > 1.01 * threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
