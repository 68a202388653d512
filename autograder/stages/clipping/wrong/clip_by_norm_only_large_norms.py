"""Task 3.2. A norm below 1 is never clipped.

Witness:
    m.clip_by_norm({"a": np.array([0.3, 0.4])}, 0.1)
"""

_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    clipped, norm = _clip_by_norm(grads, threshold)
    return (grads if norm < 1 else clipped), norm
