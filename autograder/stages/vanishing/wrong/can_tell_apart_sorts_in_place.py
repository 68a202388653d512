"""Task 2.6. The norms are sorted where they lie.

Witness:
    a = np.array([3.0, 1.0, 2.0])
    m.can_tell_apart(a, np.array([5.0, 4.0]), 2)
    a
"""

_can_tell_apart = can_tell_apart


def can_tell_apart(a, b, factor):
    a.sort()
    b.sort()
    return _can_tell_apart(a, b, factor)
