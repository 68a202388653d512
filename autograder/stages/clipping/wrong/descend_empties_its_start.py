"""Task 3.5. A start that is a list is taken apart: afterwards the caller's is empty.

Witness:
    mine = [2.0, -1.0]
    m.descend(mine, 0.5, 2, 0.5, 3, 0.1)
    mine
"""

_descend = descend


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    b, w = (start.pop(), start.pop()) if isinstance(start, list) else (start[1], start[0])
    return _descend((w, b), lr, n_updates, h_0, steps, target, threshold)
