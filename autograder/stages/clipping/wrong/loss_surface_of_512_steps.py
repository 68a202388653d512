"""Task 3.5. After 512 steps the state is taken for settled.

Witness:
    m.loss_surface(np.array([4.0]), np.array([-2.0]), 0.9, 900, 0.0)
"""

_loss_surface = loss_surface


def loss_surface(ws, bs, h_0, steps, target):
    return _loss_surface(ws, bs, h_0, min(steps, 512), target)
