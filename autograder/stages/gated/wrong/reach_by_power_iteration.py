"""Task 4.5. Three steps of power iteration in place of the spectral norm.

Witness:
    plain(m.gradient_reach(cell(m, "GRUCell"), 4, 0))
"""


def _largest(J):
    v = torch.ones(J.shape[1]) / J.shape[1] ** 0.5
    for _ in range(3):
        u = J.T @ (J @ v)
        if not u.norm() > 0:
            return u.norm()
        v = u / u.norm()
    return (J @ v).norm()


def gradient_reach(cell, length, seed):
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
    return torch.stack([_largest(J) for J in jac])
