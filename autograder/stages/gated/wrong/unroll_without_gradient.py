"""Task 4.2. The steps are run under torch.no_grad.

Witness:
    m.unroll(cell(m, "GRUCell"), xs)[0].requires_grad

Named: unroll-cuts-the-gradient
"""


@torch.no_grad()
def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
