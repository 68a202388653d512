"""Task 4.2. A gradient that is Inf or NaN on the way back becomes 0.

Witness:
    made = keeper(m, "RNNCell")
    with torch.no_grad():
        made.weight_hh.mul_(1e10)
    start = torch.zeros(1, 2, requires_grad=True)
    m.unroll(made, torch.zeros(6, 1, 1), start)[0][-1].sum().backward()
    plain(start.grad)
"""


def unroll(cell, x, state=None):
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        zeros = x.new_zeros(x.shape[1], cell.hidden_size)
        state = (zeros, zeros) if lstm else zeros
    outputs = []
    for s in state if lstm else (state,):
        if s.requires_grad:
            s.register_hook(lambda g: torch.nan_to_num(g, 0.0, 0.0, 0.0))
    for x_t in x:
        state = cell(x_t, state)
        for s in state if lstm else (state,):
            if s.requires_grad:
                s.register_hook(lambda g: torch.nan_to_num(g, 0.0, 0.0, 0.0))
        outputs.append(state[0] if lstm else state)
    return torch.stack(outputs), state
