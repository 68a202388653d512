"""Task 2.2. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    one = p["W_h"].copy()
    m.decay_bound(one, 3)
    one *= 2
    m.decay_bound(one, 3)
"""

_known = {}
_decay_bound = decay_bound


def decay_bound(W_h, t):
    key = id(W_h), t
    if key not in _known:
        _known[key] = _decay_bound(W_h, t)
    return _known[key].copy()
