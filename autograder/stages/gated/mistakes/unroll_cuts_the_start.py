"""unroll cuts the gradient to the state it starts from.

What does detach() do to the path from the first step to the state that was given?
"""

import torch


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if has_memory else zeros
    state = tuple(part.detach() for part in state) if has_memory else state.detach()
    outputs = []
    for _t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs), state
