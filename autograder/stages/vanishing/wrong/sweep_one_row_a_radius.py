"""Task 2.4. A radius that is given twice gets one row.

Witness:
    m.sweep([0.6, 0.6], 3, 5, [0]).shape
"""


_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    return np.array([row[0] for row in {radius: _sweep([radius], hidden_size, length, seeds) for radius in radii}.values()])
