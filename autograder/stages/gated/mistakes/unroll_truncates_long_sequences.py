"""unroll cuts the gradient in long sequences.

The outputs are right, the gradient of the start is not, once the sequence is long. Nothing may be detached on the way,
however many steps there are: what vanishes is to be measured, not cut.
"""

import torch


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if has_memory else zeros
    outputs = []
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if has_memory else state)
        if (t + 1) % 20 == 0:
            state = tuple(part.detach() for part in state) if has_memory else state.detach()
    return torch.stack(outputs), state
