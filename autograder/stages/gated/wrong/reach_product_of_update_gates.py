"""Task 4.5. For the GRU the reach is taken for the product of its update gates.

Witness:
    plain(m.gradient_reach(cell(m, "GRUCell"), 4, 0))
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    if not isinstance(cell, GRUCell):
        return _gradient_reach(cell, length, seed)
    torch.manual_seed(seed)
    H, state, zs = cell.hidden_size, torch.zeros(1, cell.hidden_size), []
    with torch.no_grad():
        for x_t in torch.randn(length, 1, cell.input_size):
            a = x_t @ cell.weight_ih.T + cell.bias_ih + state @ cell.weight_hh.T + cell.bias_hh
            zs.append(torch.sigmoid(a[0, H:2 * H]))
            state = cell(x_t, state)
    J, out = torch.ones(H), [1.0]
    for z in zs[::-1]:
        J = J * z
        out.append(J.max().item())
    return torch.tensor(out[::-1])
