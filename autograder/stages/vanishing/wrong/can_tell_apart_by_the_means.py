"""Task 2.6. The means are compared.

Witness:
    m.can_tell_apart(np.array([1.0, 1.0, 1000.0]), np.array([1.0]), 3)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.mean(a), np.mean(b)])
    return bool(large > factor * small)
