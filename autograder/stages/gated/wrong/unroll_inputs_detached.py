"""Task 4.2. The gradient does not reach the inputs, so that no embedding is trained.

Witness:
    made = xs.clone().requires_grad_()
    m.unroll(cell(m, "GRUCell"), made)[0].sum().backward()
    made.grad is None
"""

_unroll = unroll


def unroll(cell, x, state=None):
    return _unroll(cell, x.detach(), state)
