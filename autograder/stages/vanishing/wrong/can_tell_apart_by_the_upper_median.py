"""Task 2.6. The upper of the two middle values in place of their mean for an even number of gradients.

Witness:
    m.can_tell_apart(np.array([1.0, 3.0]), np.array([1.9, 1.9]), 1.5)
"""


def can_tell_apart(a, b, factor):
    ma, mb = sorted(a)[len(a) // 2], sorted(b)[len(b) // 2]
    return bool(max(ma, mb) > factor * min(ma, mb))
