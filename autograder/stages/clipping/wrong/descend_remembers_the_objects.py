"""Task 3.5. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    v = np.array([1.0, 2.0])
    m.descend(v, 0.5, 3, 0.5, 3, 0.1)
    v += 1
    m.descend(v, 0.5, 3, 0.5, 3, 0.1)
"""

_known = {}
_descend = descend


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    key = id(start), lr, n_updates, h_0, steps, target, threshold
    if key not in _known:
        _known[key] = _descend(start, lr, n_updates, h_0, steps, target, threshold)
    return _known[key].copy()
