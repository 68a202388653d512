"""Task 3.5. All results of a shape lie in one array.

Witness:
    first = m.loss_surface(w_grid, b_grid, 0.5, 1, 0.1)
    for value in [2, 3, 4]:
        m.loss_surface(w_grid, b_grid, 0.5, value, 0.1)
    first
"""

_ring = {}
_places = {}
_loss_surface = loss_surface


def loss_surface(*args, **options):
    result = np.asarray(_loss_surface(*args, **options))
    place = _places[result.shape] = (_places.get(result.shape, -1) + 1) % 1
    kept = _ring.setdefault((result.shape, place), np.empty(result.shape))
    kept[...] = result
    return kept
