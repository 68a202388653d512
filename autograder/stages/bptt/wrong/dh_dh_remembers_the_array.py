"""Task 1.4. Remembered by the array of states itself: what is changed in it later does not count.

Witness:
    states = np.zeros((3, 1))
    m.dh_dh(states, np.eye(1), 2, 0)
    states += 0.5
    m.dh_dh(states, np.eye(1), 2, 0)
"""

_known = {}
_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    key = id(h), W_h.tobytes(), t, k
    if key not in _known:
        _known[key] = h, _dh_dh(h, W_h, t, k)
    return _known[key][1].copy()
