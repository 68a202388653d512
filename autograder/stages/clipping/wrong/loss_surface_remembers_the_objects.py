"""Task 3.5. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    v = w_grid.copy()
    m.loss_surface(v, b_grid, 0.5, 3, 0.1)
    v += 1
    m.loss_surface(v, b_grid, 0.5, 3, 0.1)
"""

_known = {}
_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    key = id(ws), id(bs), h_0, steps, target
    if key not in _known:
        _known[key] = _loss_surface(ws, bs, h_0, steps, target)
    return _known[key].copy()
