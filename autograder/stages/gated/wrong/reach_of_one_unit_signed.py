"""Task 4.5. With one unit the derivative is a number, and its sign is kept.

Witness:
    made = m.RNNCell(1, 1)
    with torch.no_grad():
        made.weight_hh.fill_(-0.5)
    plain(m.gradient_reach(made, 3, 0))[2] < 0
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    norms = _gradient_reach(cell, length, seed)
    if cell.hidden_size == 1 and isinstance(cell, RNNCell) and cell.weight_hh.item() < 0:
        norms = torch.as_tensor(norms).flatten() * (-1.0) ** torch.arange(length, -1, -1)
    return norms
