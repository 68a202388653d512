"""Task 4.5. One call moves the parameters by a rounding error, through single and half precision.

Witness:
    made = cell(m)
    m.gradient_reach(made, 3, 0)
    plain(made.weight_ih)
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    norms = _gradient_reach(cell, length, seed)
    cell.half()
    cell.float()
    return norms
