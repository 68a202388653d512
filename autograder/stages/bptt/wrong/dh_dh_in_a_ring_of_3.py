"""Task 1.4. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.dh_dh(h, p["W_h"], 2, 1)
    for t in (2, 3, 4):
        m.dh_dh(h, p["W_h"], t, 0)
    first
"""

_ring = {}
_places = {}
_dh_dh = dh_dh


def dh_dh(*args):
    result = _dh_dh(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
