"""unroll starts from zeros although it is given a state.

When should the zeros be made, and when not?
"""

import torch


def unroll(cell, x, state=None):
    zeros = x.new_zeros(x.shape[1], cell.hidden_size)
    state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
