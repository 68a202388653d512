"""Task 4.5. Norms below 1e-37 are 0.

Witness:
    made = cell(m, "RNNCell")
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.zero_()
        made.weight_hh.copy_(7.45e-4 * torch.eye(3))
    (plain(m.gradient_reach(made, 12, 0)) > 0).all()
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    norms = torch.as_tensor(_gradient_reach(cell, length, seed))
    return torch.where(norms < 1e-37, torch.zeros_like(norms), norms)
