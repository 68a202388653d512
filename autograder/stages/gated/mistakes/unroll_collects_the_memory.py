"""unroll collects the LSTM's c_t instead of h_t.

The LSTM hands on two states. Which of them is the output that the next layer reads?
"""

import torch


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        outputs.append(state[1] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
