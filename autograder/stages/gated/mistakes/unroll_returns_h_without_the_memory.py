"""unroll returns the LSTM's h_T alone, without c_T.

What does LSTMCell need in order to go on from where unroll stopped?
"""

import torch


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if has_memory else zeros
    outputs = []
    for _t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs), outputs[-1]
