"""Task 3.2. A norm of Inf is left alone, one of NaN makes every entry NaN.

Witness:
    m.clip_by_norm({"b": np.array([np.nan, 1.0]), "c": np.array([2.0])}, 1.0)[0]["c"]
"""


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError("threshold must be positive")
    norm = global_norm(grads)
    if not norm < threshold and not np.isinf(norm):
        big = max(np.max(np.abs(g)) for g in grads.values())
        unit = {k: g / big for k, g in grads.items()}
        n = global_norm(unit)
        return {k: threshold * (u / n) for k, u in unit.items()}, norm
    return {k: np.array(g, dtype=float) for k, g in grads.items()}, norm
