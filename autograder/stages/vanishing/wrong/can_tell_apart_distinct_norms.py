"""Task 2.6. The medians are those of the distinct norms.

Witness:
    m.can_tell_apart(np.array([1.0, 1.0, 1.0, 5.0, 9.0]), np.array([2.0]), 2.2)
"""

_can_tell_apart = can_tell_apart


def can_tell_apart(a, b, factor):
    return _can_tell_apart(np.unique(a), np.unique(b), factor)
