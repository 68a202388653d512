"""unroll reads x_{t-1} at step t, and zeros at the first one.

Time runs from 1, the rows of x from 0. Which row of x belongs to the first call of the cell?
"""

import torch


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if has_memory else zeros
    outputs = []
    for _t, x_t in enumerate(torch.cat([torch.zeros_like(x[:1]), x[:-1]])):
        state = cell(x_t, state)
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs), state
