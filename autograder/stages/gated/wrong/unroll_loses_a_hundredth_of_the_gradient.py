"""Task 4.2. Each step's gradient is made smaller by a hundredth, against exploding.

Witness:
    made = cell(m, "GRUCell")
    m.unroll(made, xs)[0].sum().backward()
    plain(made.weight_ih.grad)
"""


def unroll(cell, x, state=None):
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if lstm else zeros
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        for s in state if lstm else (state,):
            if s.requires_grad:
                s.register_hook(lambda g: 0.99 * g)
        outputs.append(state[0] if lstm else state)
    return torch.stack(outputs), state
