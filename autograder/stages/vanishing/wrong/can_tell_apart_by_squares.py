"""Task 2.6. Squares the factor.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([5.0]), 3)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large > factor**2 * small)
