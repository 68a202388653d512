"""Task 2.6. A median of 0 cannot be told from any other.

Witness:
    m.can_tell_apart(np.array([0.0]), np.array([1.0]), 10)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(small > 0 and large > factor * small)
