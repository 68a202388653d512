"""Task 3.5. A value that is given twice has one row or column.

Witness:
    m.loss_surface(np.array([1.0, 1.0, 5.0]), np.array([-3.0, -1.0]), 0.5, 4, 0.2)
"""

_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    return _loss_surface(np.array(list(dict.fromkeys(ws))), np.array(list(dict.fromkeys(bs))), h_0, steps, target)
