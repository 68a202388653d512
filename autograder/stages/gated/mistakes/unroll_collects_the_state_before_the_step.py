"""unroll collects h_0 to h_{T-1}, the states before each step.

Compare outputs[0] with h_0 and with h_1. Which should it be?
"""

import torch


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
        state = cell(x_t, state)
    return torch.stack(outputs), state
