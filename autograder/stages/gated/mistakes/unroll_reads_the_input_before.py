"""unroll reads x_{t-1} at step t, and x_T at the first one.

In Python x[-1] is the last entry. Which row of x belongs to the first call of the cell?
"""

import torch


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if has_memory else zeros
    outputs = []
    for _t, x_t in enumerate(x.roll(1, dims=0)):
        state = cell(x_t, state)
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs), state
