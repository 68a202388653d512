"""Task 2.6. Medians that differ by exactly the factor count as told apart.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([2.0]), 2)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large >= factor * small)
