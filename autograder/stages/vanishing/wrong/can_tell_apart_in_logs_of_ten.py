"""Task 2.6. log10 of the ratio against the factor.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([50.0]), 10)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(small == 0 < large or (small > 0 and np.log10(large / small) > factor))
