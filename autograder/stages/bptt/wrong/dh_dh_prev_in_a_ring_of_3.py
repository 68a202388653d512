"""Task 1.3. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.dh_dh_prev(h[1], p["W_h"])
    for t in (2, 3, 4):
        m.dh_dh_prev(h[t], p["W_h"])
    first
"""

_ring = {}
_places = {}
_dh_dh_prev = dh_dh_prev


def dh_dh_prev(*args):
    result = _dh_dh_prev(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
