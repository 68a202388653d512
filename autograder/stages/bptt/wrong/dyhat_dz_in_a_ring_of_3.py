"""Task 1.3. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.dyhat_dz(y_hat[0])
    for t in (1, 2, 3):
        m.dyhat_dz(y_hat[t])
    first
"""

_ring = {}
_places = {}
_dyhat_dz = dyhat_dz


def dyhat_dz(*args):
    result = _dyhat_dz(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
