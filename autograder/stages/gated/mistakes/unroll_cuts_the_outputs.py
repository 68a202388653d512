"""The outputs of unroll carry no gradient.

The values are right. What becomes of the gradient of a loss that is taken from the outputs?
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
    return torch.stack(outputs).detach(), state
