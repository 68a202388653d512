"""Task 3.2. Vectors are left out of the norm and are not clipped: matrices alone are.

Witness:
    m.clip_by_norm({"W": np.array([[3.0, 4.0]]), "b": np.array([12.0])}, 1.0)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    if not np.isfinite(norm):
        return grads, norm
    inner = global_norm({name: g for name, g in grads.items() if np.ndim(g) > 1} or grads)
    scale = threshold / inner if inner >= threshold else 1.0
    return {name: scale * g if np.ndim(g) > 1 else g for name, g in grads.items()}, norm
