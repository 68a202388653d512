"""A gradient with an infinite entry is scaled by threshold / Inf.

What is threshold / Inf? What becomes of the finite entries, and what is 0 · Inf?
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"the threshold must be positive, not {threshold}")
    norm = global_norm(grads)
    scale = threshold / norm if norm >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
