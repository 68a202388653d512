"""Task 1.1. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.softmax(np.array([0.0, 1.0]))
    for shift in (1.0, 2.0, 5.0):
        m.softmax(np.array([shift, 1.0]))
    first
"""

_ring = {}
_places = {}
_softmax = softmax


def softmax(*args):
    result = _softmax(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 3
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
