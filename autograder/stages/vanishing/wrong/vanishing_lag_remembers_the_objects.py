"""Task 2.2. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    norms = np.array([0.1, 0.5, 1.0])
    m.vanishing_lag(norms, 0.2)
    norms *= 0.3
    m.vanishing_lag(norms, 0.2)
"""

_known = {}
_vanishing_lag = vanishing_lag


def vanishing_lag(norms, tolerance):
    key = id(norms), tolerance
    if key not in _known:
        _known[key] = _vanishing_lag(norms, tolerance)
    return _known[key]
