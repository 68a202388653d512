"""Task 4.2. The LSTM's memory is kept between -100 and 100.

Witness:
    plain(m.unroll(keeper(m), torch.zeros(2, 1, 1), (torch.zeros(1, 2), torch.full((1, 2), 1000.0)))[1][1])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        if isinstance(cell, LSTMCell):
            state = (state[0], state[1].clamp(-100, 100))
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return (torch.stack(outputs), state)
