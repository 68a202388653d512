"""Task 2.1. Remembered by the array of states itself: what is changed in it later does not count.

Witness:
    states = np.zeros((3, 1))
    m.jacobian_norms(states, np.eye(1), 2)
    states += 0.5
    m.jacobian_norms(states, np.eye(1), 2)
"""

_known = {}
_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    key = id(h), W_h.tobytes(), t
    if key not in _known:
        _known[key] = h, _norms(h, W_h, t)
    return _known[key][1].copy()
