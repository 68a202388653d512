"""Task 4.2. Without a state it starts from where the last call with this batch size ended.

Witness:
    made = cell(m, "RNNCell")
    m.unroll(made, xs)
    plain(m.unroll(made, xs)[0])
"""


_last = {}


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = _last.get(id(cell), (zeros, zeros) if isinstance(cell, LSTMCell) else zeros)
    outputs = []
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    _last[id(cell)] = tuple(s.detach() for s in state) if isinstance(cell, LSTMCell) else state.detach()
    return torch.stack(outputs), state
