"""Task 2.5. Results lie in 3 arrays of a shape in turn.

Witness:
    first = m.term_norms(p, 1.0 * x, y, h, y_hat, 4)
    for value in [0.5, 0.3, 0.2]:
        m.term_norms(p, value * x, y, h, y_hat, 4)
    first
"""

_ring = {}
_places = {}
_term_norms = term_norms


def term_norms(*args, **options):
    result = np.asarray(_term_norms(*args, **options))
    place = _places[result.shape] = (_places.get(result.shape, -1) + 1) % 3
    kept = _ring.setdefault((result.shape, place), np.empty(result.shape))
    kept[...] = result
    return kept
