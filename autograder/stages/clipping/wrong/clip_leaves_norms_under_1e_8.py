"""Task 3.2. A norm below 1e-8 is never clipped.

Witness:
    m.clip_by_norm({"a": 1e9 * m.clip_by_norm({"a": np.array([3e-9, 4e-9])}, 1e-9)[0]["a"]}, 100.0)
"""

_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    clipped, norm = _clip_by_norm(grads, threshold)
    return ({name: g.copy() for name, g in grads.items()} if norm < 1e-8 else clipped), norm
