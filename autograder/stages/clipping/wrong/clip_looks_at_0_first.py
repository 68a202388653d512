"""Task 3.2. A gradient of zero is given back before the threshold is looked at: one of -1 is taken.

Witness:
    try:
        m.clip_by_norm({"a": np.zeros(2)}, -1.0)
        refused = False
    except ValueError:
        refused = True
    refused
"""

_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    if all(np.all(np.asarray(g) == 0) for g in grads.values()):
        return {name: g.copy() for name, g in grads.items()}, 0.0
    return _clip_by_norm(grads, threshold)
