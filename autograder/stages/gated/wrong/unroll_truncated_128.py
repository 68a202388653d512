"""Task 4.2. The state is detached every 128 steps.

Named: unroll-truncates-long-sequences

Witness:
    start = torch.ones(1, 2, requires_grad=True)
    last = m.unroll(keeper(m, "RNNCell"), torch.zeros(140, 1, 1), 1e-3 * start)[1].sum()
    grad = torch.autograd.grad(last, start, allow_unused=True)[0] if last.requires_grad else None
    grad is not None
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)             # (B, H)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        if t and t % 128 == 0:
            state = tuple(s.detach() for s in state) if isinstance(cell, LSTMCell) else state.detach()
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state                                # (T, B, H)
