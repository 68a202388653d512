"""Task 1.3. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.dh_dW_x(h[1], x[0])
    for t in (2, 3, 4):
        m.dh_dW_x(h[t], x[t - 1])
    first
"""

_ring = {}
_places = {}
_dh_dW_x = dh_dW_x


def dh_dW_x(*args):
    result = _dh_dW_x(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
