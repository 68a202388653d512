"""Task 2.6. True when all of one are more than the factor times all of the other.

Witness:
    m.can_tell_apart(np.array([1.0, 1.0, 100.0]), np.array([30.0]), 10)
"""


def can_tell_apart(a, b, factor):
    return bool(np.min(a) > factor * np.max(b) or np.min(b) > factor * np.max(a))
