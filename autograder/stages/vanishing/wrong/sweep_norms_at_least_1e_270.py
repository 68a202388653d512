"""Task 2.4. Norms below 1e-270 count as 1e-270.

Witness:
    m.sweep([1e-5], 2, 58, [0])
"""

_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    return np.maximum(_sweep(radii, hidden_size, length, seeds), 1e-270)
