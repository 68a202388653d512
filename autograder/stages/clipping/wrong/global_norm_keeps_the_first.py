"""Task 3.2. Norms are remembered by the shapes of the arrays: another gradient of the same shapes has the first one's.

Witness:
    m.global_norm({"b": np.array([3.0, 4.0])})
    m.global_norm({"b": np.array([6.0, 8.0])})
"""


_norms = {}


def global_norm(grads):
    key = tuple((name, np.shape(g)) for name, g in grads.items())
    if key not in _norms:
        _norms[key] = float(np.hypot.reduce(np.concatenate([np.ravel(g) for g in grads.values()])))
    return _norms[key]
