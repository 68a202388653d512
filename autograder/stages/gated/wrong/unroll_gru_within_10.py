"""Task 4.2. The GRU's state is kept between -10 and 10.

Witness:
    plain(m.unroll(keeper(m, "GRUCell"), torch.zeros(2, 1, 1), torch.full((1, 2), 1000.0))[1])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        if isinstance(cell, GRUCell):
            state = state.clamp(-10, 10)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return (torch.stack(outputs), state)
