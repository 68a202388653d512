"""Task 2.4. Of a seed the last two digits count.

Witness:
    m.sweep([0.6], 3, 5, [1007])
"""

_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    return _sweep(radii, hidden_size, length, [int(seed) % 100 for seed in seeds])
