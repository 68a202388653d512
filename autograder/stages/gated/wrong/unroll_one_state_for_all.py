"""Task 4.2. The state given is that of the first sequence; the others get it too.

Witness:
    plain(m.unroll(cell(m, "GRUCell"), xs, h)[0])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    if not isinstance(cell, LSTMCell):
        state = state[:1].expand(x.shape[1], -1)
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
