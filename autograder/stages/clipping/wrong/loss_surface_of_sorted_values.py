"""Task 3.5. The values of w and b are sorted first.

Witness:
    m.loss_surface(np.array([5.0, 1.0]), np.array([-1.0, -3.0]), 0.5, 4, 0.2)
"""

_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    return _loss_surface(np.sort(ws), np.sort(bs), h_0, steps, target)
