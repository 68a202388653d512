"""Task 2.2. Every result lies in one array, which the next one of that length writes over.

Witness:
    first = m.decay_bound(np.eye(1), 3)
    m.decay_bound(2 * np.eye(1), 3)
    first
"""

_kept = {}
_bound = decay_bound


def decay_bound(W_h, t):
    out = _kept.setdefault(t, np.empty(t + 1))
    out[...] = _bound(W_h, t)
    return out
