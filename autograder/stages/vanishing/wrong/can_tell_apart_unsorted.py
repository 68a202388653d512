"""Task 2.6. The value in the middle of the list, which is not sorted.

Witness:
    m.can_tell_apart(np.array([3.0, 1.0, 2.0]), np.array([2.0]), 1.5)
"""


def can_tell_apart(a, b, factor):
    ma, mb = (np.mean(v[(len(v) - 1) // 2:len(v) // 2 + 1]) for v in (a, b))
    return bool(max(ma, mb) > factor * min(ma, mb))
