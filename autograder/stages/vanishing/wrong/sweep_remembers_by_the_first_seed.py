"""Task 2.4. Remembers sweeps by the number of seeds and the first of them.

Witness:
    m.sweep([0.6], 3, 5, [0, 1])
    m.sweep([0.6], 3, 5, [0, 2])
"""

_sweeps = {}
_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    key = (*radii, hidden_size, length, len(seeds), seeds[0])
    if key not in _sweeps:
        _sweeps[key] = _sweep(radii, hidden_size, length, seeds)
    return _sweeps[key].copy()
