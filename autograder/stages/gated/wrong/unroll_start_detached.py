"""Task 4.2. The gradient does not reach the state that was given.

Named: unroll-cuts-the-start

Witness:
    start = h.clone().requires_grad_()
    m.unroll(cell(m, "GRUCell"), xs, start)[0].sum().backward() if m.unroll(cell(m, "GRUCell"), xs, start)[0].requires_grad else None
    start.grad is None
"""

_unroll = unroll


def unroll(cell, x, state=None):
    if state is not None:
        state = tuple(s.detach() for s in state) if isinstance(cell, LSTMCell) else state.detach()
    return _unroll(cell, x, state)
