"""Task 4.2. The LSTM's last state is (h_T, h_T).

Witness:
    plain(m.unroll(cell(m), xs)[1])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    outputs = torch.stack(outputs)
    return outputs, (outputs[-1], outputs[-1]) if isinstance(cell, LSTMCell) else outputs[-1]
