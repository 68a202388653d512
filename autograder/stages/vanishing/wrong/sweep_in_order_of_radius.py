"""Task 2.4. Rows come in rising order of the radii.

Witness:
    m.sweep([1.2, 0.6], 3, 5, [0])
"""


_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    return _sweep(sorted(radii), hidden_size, length, seeds)
