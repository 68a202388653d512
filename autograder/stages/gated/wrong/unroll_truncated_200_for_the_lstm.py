"""Task 4.2. The LSTM's state is detached after every 200 steps.

Named: unroll-truncates-long-sequences

Witness:
    kept = torch.ones(1, 2, requires_grad=True)
    cell = keeper(m).requires_grad_(False)
    m.unroll(cell, torch.zeros(205, 1, 1), (torch.zeros(1, 2), kept))[1][1].requires_grad
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        if isinstance(cell, LSTMCell) and t and t % 200 == 0:
            state = tuple(part.detach() for part in state)
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
