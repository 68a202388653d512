"""Task 2.6. 1e-12 is added below, so that small gradients are never told apart.

Witness:
    m.can_tell_apart(np.array([1e-20]), np.array([1e-25]), 10)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large / (small + 1e-12) > factor)
