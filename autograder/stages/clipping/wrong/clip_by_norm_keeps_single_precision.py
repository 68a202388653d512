"""Task 3.2. What is clipped goes through single precision.

Witness:
    m.clip_by_norm({"a": np.array([30.1, 40.2])}, 0.1)
"""

_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    clipped, norm = _clip_by_norm(grads, threshold)
    return {name: np.asarray(g).astype(np.float32).astype(float) for name, g in clipped.items()}, norm
