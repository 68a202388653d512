"""Task 3.5. Only the ends of ws and bs are used, with even steps between.

Witness:
    m.loss_surface(np.array([1.0, 5.0, 6.0]), np.array([-3.0, -2.5, -1.0, 0.0]), 0.5, 4, 0.2)
"""

_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    return _loss_surface(np.linspace(ws[0], ws[-1], len(ws)), np.linspace(bs[0], bs[-1], len(bs)), h_0, steps, target)
