"""Task 4.5. The cell computes in double precision afterwards.

Witness:
    made = cell(m)
    m.gradient_reach(made, 3, 0)
    str(made.weight_ih.dtype)
"""

_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    norms = _gradient_reach(cell, length, seed)
    cell.double()
    return norms
