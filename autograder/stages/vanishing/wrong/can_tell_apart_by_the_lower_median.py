"""Task 2.6. The lower of the two middle values for an even number.

Witness:
    m.can_tell_apart(np.array([1.0, 3.0]), np.array([1.9, 1.9]), 1.5)
"""


def can_tell_apart(a, b, factor):
    ma, mb = sorted(a)[(len(a) - 1) // 2], sorted(b)[(len(b) - 1) // 2]
    return bool(max(ma, mb) > factor * min(ma, mb))
