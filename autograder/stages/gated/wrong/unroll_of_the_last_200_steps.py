"""Task 4.2. Of a sequence of more than 200 steps the last 200 alone are read.

Witness:
    len(m.unroll(keeper(m, "GRUCell"), torch.zeros(210, 1, 1))[0])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)             # (B, H)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    x = x[-200:]
    outputs = []
    for x_t in x:                                                     # (B, D)
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state                                # (T, B, H)
