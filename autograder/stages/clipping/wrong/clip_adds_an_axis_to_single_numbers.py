"""Task 3.2. Arrays without an axis come back with one.

Witness:
    m.clip_by_norm({"a": np.array(5.0)}, 1.0)[0]["a"]
"""

_clip = clip_by_norm


def clip_by_norm(grads, threshold):
    clipped, norm = _clip(grads, threshold)
    return {name: np.atleast_1d(g) for name, g in clipped.items()}, norm
