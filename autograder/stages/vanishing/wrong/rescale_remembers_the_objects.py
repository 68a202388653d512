"""Task 2.3. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    one = p["W_h"].copy()
    m.rescale(one, 0.5)
    one[0, 0] += 2
    m.rescale(one, 0.5)
"""

_known = {}
_rescale = rescale


def rescale(W_h, radius):
    key = id(W_h), radius
    if key not in _known:
        _known[key] = _rescale(W_h, radius)
    return _known[key].copy()
