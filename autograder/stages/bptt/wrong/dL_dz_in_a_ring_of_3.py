"""Task 1.3. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.dL_dz(y_hat[0], 0)
    for t in (1, 2, 3):
        m.dL_dz(y_hat[t], t)
    first
"""

_ring = {}
_places = {}
_dL_dz = dL_dz


def dL_dz(*args):
    result = _dL_dz(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
