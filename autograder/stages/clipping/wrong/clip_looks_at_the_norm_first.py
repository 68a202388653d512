"""Task 3.2. Where the norm is not finite the threshold is not looked at: one of -1 is taken.

Witness:
    try:
        m.clip_by_norm({"a": np.array([np.inf])}, -1.0)
        refused = False
    except ValueError:
        refused = True
    refused
"""


def clip_by_norm(grads, threshold):
    norm = global_norm(grads)
    if not np.isfinite(norm):
        return {name: g.copy() for name, g in grads.items()}, norm
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    scale = threshold / norm if norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
