"""Task 3.2. The entry times the threshold is formed first, which does not fit into a float where both are large.

Witness:
    m.clip_by_norm({"b": np.array([3e200, 4e200])}, 1e120)
"""


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError("threshold must be positive")
    norm = global_norm(grads)
    if np.isfinite(norm) and norm >= threshold:
        with np.errstate(all="ignore"):
            return {k: g * threshold / norm for k, g in grads.items()}, norm
    return {k: np.array(g, dtype=float) for k, g in grads.items()}, norm
