"""Task 2.6. Where one median is 0 there is nothing to compare.

Witness:
    m.can_tell_apart(np.array([0.0, 0.0]), np.array([1.0]), 2)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(small > 0 and large / small > factor)
