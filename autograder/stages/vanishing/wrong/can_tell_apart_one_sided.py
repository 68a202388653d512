"""Task 2.6. Only the first set may be the larger one.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([30.0]), 3)
"""


def can_tell_apart(a, b, factor):
    return bool(np.median(a) > factor * np.median(b))
