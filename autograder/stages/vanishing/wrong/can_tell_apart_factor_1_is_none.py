"""Task 2.6. A factor of 1 is taken for none given.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([1.5]), 1.0)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(factor > 1 and large > factor * small)
