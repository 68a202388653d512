"""Task 4.2. The GRU's state is detached after every 100 steps.

Named: unroll-truncates-long-sequences

Witness:
    kept = torch.ones(1, 2, requires_grad=True)
    m.unroll(keeper(m, "GRUCell").requires_grad_(False), torch.zeros(104, 1, 1), kept)[1].requires_grad
"""

_unroll = unroll


def unroll(cell, x, state=None):
    if not isinstance(cell, GRUCell):
        return _unroll(cell, x, state)
    parts = []
    for number, part in enumerate(x.split(100)):
        outputs, state = _unroll(cell, part, state.detach() if number else state)
        parts.append(outputs)
    return torch.cat(parts), state
