"""Task 3.5. The grid is spaced evenly between the first and the last value of w, whatever is between them.

Witness:
    m.loss_surface(np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0]), 0.5, 1, 0.2)
"""

_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    return _loss_surface(np.linspace(ws[0], ws[-1], len(ws)), bs, h_0, steps, target)
