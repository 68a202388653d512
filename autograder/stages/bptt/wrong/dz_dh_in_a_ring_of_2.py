"""Task 1.3. Results lie in 2 arrays of a shape in turn.

Witness:
    first = m.dz_dh(p["W_y"])
    for t in (1, 2, 3):
        m.dz_dh(t * p["W_y"] + 1)
    first
"""

_ring = {}
_places = {}
_dz_dh = dz_dh


def dz_dh(*args):
    result = _dz_dh(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 2
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
