"""Task 1.7. Results lie in 2 arrays of a shape in turn.

Witness:
    first = m.numerical_gradient(lambda v: float((v ** 2).sum()), x)
    for t in (2, 3, 4):
        m.numerical_gradient(lambda v: float((v ** t).sum()), x + 1)
    first
"""

_ring = {}
_places = {}
_numerical_gradient = numerical_gradient


def numerical_gradient(*args):
    result = _numerical_gradient(*args)
    out = np.asarray(result)
    place = _places[out.shape] = (_places.get(out.shape, -1) + 1) % 2
    kept = _ring.setdefault((out.shape, place), np.empty(out.shape))
    kept[...] = out
    return kept
