"""Task 3.2. Where the norm is not finite the entries that are not finite are set to 0 and the rest is clipped.

Witness:
    m.clip_by_norm({"b": np.array([np.inf, 2.0])}, 1.0)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    grads = {name: np.where(np.isfinite(g), g, 0.0) for name, g in grads.items()}
    inner = global_norm(grads)
    scale = threshold / inner if inner >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
