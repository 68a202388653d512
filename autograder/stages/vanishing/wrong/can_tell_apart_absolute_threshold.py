"""Task 2.6. Medians under 1e-10 count as 0, and cannot be told apart.

Witness:
    m.can_tell_apart(np.array([1e-20]), np.array([1e-25]), 10)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large > 1e-10 and large > factor * small)
