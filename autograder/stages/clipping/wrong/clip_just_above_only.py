"""Task 3.2. A norm up to a thousandth above the threshold is not clipped.

Witness:
    m.clip_by_norm({"b": np.array([3.0, 4.0])}, 4.998)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f'the threshold must be positive, not {threshold}')
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm > threshold * 1.001 else 1.0
    return ({name: scale * g for name, g in grads.items()}, norm)
