"""Task 2.1. Every result lies in one array, which the next one of that length writes over.

Witness:
    first = m.jacobian_norms(h, p["W_h"], 4)
    m.jacobian_norms(h, 2 * p["W_h"], 4)
    first
"""

_kept = {}
_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    out = _kept.setdefault(t, np.empty(t + 1))
    out[...] = _norms(h, W_h, t)
    return out
