"""unroll cuts the gradient between steps.

The outputs are right, the gradient of x_1 is not. What do detach(), .data or torch.no_grad() do to the path from
step T back to step 1?
"""

import torch


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
        state = tuple(part.detach() for part in state) if isinstance(cell, LSTMCell) else state.detach()
    return torch.stack(outputs), state
