"""Task 4.5. The norms of an LSTM are held below 10, as if its memory could only fade.

Witness:
    cell = keeper(m)
    with torch.no_grad():
        cell.weight_hh[4:6] = 4 * torch.eye(2)
    plain(m.gradient_reach(cell, 12, 0)) > 11
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    found = torch.as_tensor(_gradient_reach(cell, length, seed))
    return found.clamp(max=10.0) if isinstance(cell, LSTMCell) else found
