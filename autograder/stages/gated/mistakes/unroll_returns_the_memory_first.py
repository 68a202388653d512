"""unroll returns the LSTM's state as (c, h).

The order of the pair is that of the cell. Which of the two comes first in the docstring?
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
    return torch.stack(outputs), state[::-1] if has_memory else state
