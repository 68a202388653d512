"""Task 2.6. Two medians of 0 differ, since 0 / 0 is no number below the factor.

Witness:
    m.can_tell_apart(np.array([0.0]), np.array([0.0]), 10)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    with np.errstate(all='ignore'):
        return not large / small <= factor
