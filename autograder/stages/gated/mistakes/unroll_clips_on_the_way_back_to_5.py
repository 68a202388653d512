"""unroll clips the gradient of each state to 5 on the way back.

The outputs are right, and so is a gradient that is small. The gradient is exact, however large it is: `train` clips, once,
when the backward pass is over.
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
        for part in state if has_memory else (state,):
            if part.requires_grad:
                part.register_hook(lambda grad: grad.clamp(-5.0, 5.0))
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs), state
