"""Task 3.5. After 100 updates nothing moves.

Witness:
    m.descend((2.0, -1.0), 0.5, 150, 0.4, 3, 0.2)
"""

_descend = descend


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = _descend(start, lr, min(n_updates, 100), h_0, steps, target, threshold)
    return np.vstack([path, np.repeat(path[-1:], max(0, n_updates - 100), axis=0)])
