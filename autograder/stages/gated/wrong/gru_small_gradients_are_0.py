"""Task 4.1. A hook takes gradients below 1e-8 for 0.

Witness:
    start = h.clone().requires_grad_()
    (1e-9 * cell(m, "GRUCell")(x, start)).sum().backward()
    1e9 * plain(start.grad)
"""

_forward = GRUCell.forward


def _without_small_ones(self, x, state):
    h = _forward(self, x, state)
    if h.requires_grad:
        h.register_hook(lambda grad: grad * (grad.abs() > 1e-8))
    return h


GRUCell.forward = _without_small_ones
