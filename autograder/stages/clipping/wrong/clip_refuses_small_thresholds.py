"""Task 3.2. Any threshold below 1e-8 is refused as if it were 0.

Witness:
    m.clip_by_norm({"b": np.array([3.0, 4.0])}, 1e-9)
"""


def clip_by_norm(grads, threshold):
    if threshold < 1e-8:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
