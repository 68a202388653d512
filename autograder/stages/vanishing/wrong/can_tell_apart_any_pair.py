"""Task 2.6. True when any of one is more than the factor times any of the other.

Witness:
    m.can_tell_apart(np.array([1.0, 2.0, 100.0]), np.array([3.0]), 10)
"""


def can_tell_apart(a, b, factor):
    return bool(np.max(a) > factor * np.min(b) or np.max(b) > factor * np.min(a))
