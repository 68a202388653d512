"""Task 4.5. The norm of the sum of the Jacobian's rows: what one backward call of the summed state gives.

Witness:
    plain(m.gradient_reach(cell(m, "GRUCell"), 4, 3))
"""


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    size = cell.hidden_size
    is_lstm = isinstance(cell, LSTMCell)

    def step(state, x_t):
        row = state.unsqueeze(0)
        return torch.cat(cell(x_t, (row[:, :size], row[:, size:])), dim=1)[0] if is_lstm else cell(x_t, row)[0]

    state = torch.zeros(2 * size if is_lstm else size)
    jacobians = []
    for x_t in x:
        jacobians.append(torch.autograd.functional.jacobian(lambda s, x_t=x_t: step(s, x_t), state))
        state = step(state, x_t).detach()
    product = torch.eye(len(state))
    norms = [torch.tensor(1.0)]
    for jacobian in reversed(jacobians):
        product = product @ jacobian
        norms.append(product[-size:, -size:].sum(0).norm())
    return torch.stack(norms[::-1])
