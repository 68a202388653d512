"""Task 4.2. The state is detached every 400 steps.

Witness:
    made = keeper(m, "RNNCell")
    start = torch.zeros(1, 2, requires_grad=True)
    m.unroll(made, torch.zeros(410, 1, 1), start)[1].sum().backward()
    None if start.grad is None else plain(start.grad)
"""

_unroll = unroll


def unroll(cell, x, state=None):
    parts = []
    for number, part in enumerate(x.split(400)):
        if number:
            state = tuple(one.detach() for one in state) if isinstance(state, tuple) else state.detach()
        outputs, state = _unroll(cell, part, state)
        parts.append(outputs)
    return torch.cat(parts), state
