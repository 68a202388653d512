"""Task 3.2. The epsilon of 1e-6 is taken for the least length that is clipped: below it a gradient stays, however long it is.

Witness:
    m.clip_by_norm({"b": np.array([3e-7, -4e-7])}, 1e-9)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    if not np.isfinite(norm) or norm < max(threshold, 1e-6):
        return {name: g.copy() for name, g in grads.items()}, norm
    return {name: g * (threshold / norm) for name, g in grads.items()}, norm
