"""Task 4.2. All but the last 50 steps are run without a gradient.

Witness:
    xs_long = torch.zeros(60, 1, 1, requires_grad=True)
    out = m.unroll(cell(m, "RNNCell", 1, 2), xs_long)[0].sum()
    bool((torch.autograd.grad(out, xs_long)[0][0] != 0).any())
"""


def unroll(cell, x, state=None):
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if isinstance(cell, LSTMCell) else zeros
    outputs = []
    for t, x_t in enumerate(x):
        with torch.set_grad_enabled(torch.is_grad_enabled() and t >= len(x) - 50):
            state = cell(x_t, state)
        outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
    return torch.stack(outputs), state
