"""Task 2.6. A median that is larger by less than a millionth more than `factor` times counts as no more.

Witness:
    m.can_tell_apart(np.array([1.0]), np.array([3.0 + 1e-7]), 3)
"""


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large > factor * small * (1 + 1e-6))
