"""Task 4.2. The LSTM's memory alone is detached every 25 steps.

Named: unroll-truncates-long-sequences

Witness:
    start = torch.ones(1, 2, requires_grad=True)
    last = m.unroll(keeper(m), torch.zeros(40, 1, 1), (0 * start, 0 + start))[1][1].sum()
    plain(torch.autograd.grad(last, start)[0])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        if t and t % 25 == 0 and isinstance(cell, LSTMCell):
            state = state[0], state[1].detach()
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
