"""Task 4.5. The norms are remembered by the cell, the length and the seed, whatever the cell's weights are by now.

Witness:
    made = cell(m, "RNNCell")
    m.gradient_reach(made, 3, 0)
    filled(made, 0.2)
    plain(m.gradient_reach(made, 3, 0))
"""

_known = {}
_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    if (cell, length, seed) not in _known:
        _known[cell, length, seed] = _gradient_reach(cell, length, seed)
    return _known[cell, length, seed].clone()
