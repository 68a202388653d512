"""Task 4.2. Without a state it starts from small random numbers.

Witness:
    made = cell(m, "GRUCell")
    plain(m.unroll(made, xs)[0])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = 0.1 * torch.randn(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
