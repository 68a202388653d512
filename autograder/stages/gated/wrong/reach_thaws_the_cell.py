"""Task 4.5. Afterwards all parameters require a gradient, those that were frozen too.

Witness:
    frozen = cell(m, "RNNCell").requires_grad_(False)
    m.gradient_reach(frozen, 3, 0)
    frozen.weight_hh.requires_grad
"""


def gradient_reach(cell, length, seed):
    for p in cell.parameters():
        p.requires_grad_(False)
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm = isinstance(cell, LSTMCell)
    H = cell.hidden_size
    carriers = [torch.zeros(1, H, requires_grad=True)]
    state = (torch.zeros(1, H), carriers[0]) if lstm else carriers[0]
    for x_t in x:
        state = cell(x_t, state)
        if lstm:
            # a fresh leaf added to c alone: the h beside it is held fixed
            d = torch.zeros(1, H, requires_grad=True)
            carriers.append(d)
            state = (state[0], state[1] + d)
        else:
            d = torch.zeros(1, H, requires_grad=True)
            carriers.append(d)
            state = state + d
    last = state[1] if lstm else state
    jac = [torch.zeros(H, H) for _ in carriers]
    for i in range(H):
        for k, g in enumerate(torch.autograd.grad(last[0, i], carriers, retain_graph=True)):
            jac[k][i] = g[0]
    for p in cell.parameters():
        p.requires_grad_(True)
    return torch.stack([torch.linalg.matrix_norm(J, 2) for J in jac])
