"""Task 2.4. Results lie in 2 arrays of a shape in turn.

Witness:
    first = m.sweep([1.0], 3, 4, [1])
    for value in [0.5, 0.3, 0.2]:
        m.sweep([value], 3, 4, [1])
    first
"""

_ring = {}
_places = {}
_sweep = sweep


def sweep(*args, **options):
    result = np.asarray(_sweep(*args, **options))
    place = _places[result.shape] = (_places.get(result.shape, -1) + 1) % 2
    kept = _ring.setdefault((result.shape, place), np.empty(result.shape))
    kept[...] = result
    return kept
