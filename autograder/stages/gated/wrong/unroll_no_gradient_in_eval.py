"""Task 4.2. In eval mode no graph is built.

Witness:
    m.unroll(cell(m, "GRUCell").eval(), xs)[0].requires_grad
"""


def unroll(cell, x, state=None):
    if state is None:
        state = x.new_zeros(x.shape[1], cell.hidden_size)
        if isinstance(cell, LSTMCell):
            state = (state, torch.zeros_like(state))
    outputs = []
    with torch.set_grad_enabled(torch.is_grad_enabled() and cell.training):     # saves memory when nothing is trained
        for x_t in x:
            state = cell(x_t, state)
            outputs.append(state[0] if isinstance(cell, LSTMCell) else state)
        return torch.stack(outputs), state
