"""Task 3.2. A threshold below 1e-100 is taken for 1e-100.

Witness:
    m.clip_by_norm({"b": np.array([1.0, 2.0])}, 1e-150)
"""

_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    return _clip_by_norm(grads, threshold if threshold <= 0 else max(threshold, 1e-100))
