"""Task 3.2. What is called "h_0" is left out of the gradient that is returned.

Witness:
    list(m.clip_by_norm({"h_0": np.array([3.0, 4.0]), "a": np.ones(1)}, 1.0)[0])
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items() if name != "h_0"}, norm
