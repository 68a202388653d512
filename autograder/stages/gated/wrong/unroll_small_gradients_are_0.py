"""Task 4.2. A hook on each state takes gradients below 1e-9 for 0.

Witness:
    start = torch.ones(1, 2, requires_grad=True)
    last = 1e-10 * m.unroll(keeper(m, "RNNCell"), torch.zeros(4, 1, 1), 1e-4 * start)[1].sum()
    1e14 * plain(torch.autograd.grad(last, start)[0])
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        for part in state if isinstance(cell, LSTMCell) else (state,):
            if part.requires_grad:
                part.register_hook(lambda grad: grad * (grad.abs() > 1e-9))
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
