"""Task 2.6. Geometric means.

Witness:
    m.can_tell_apart(np.array([1.0, 1.0, 1e6]), np.array([1.0]), 2)
"""


def can_tell_apart(a, b, factor):
    ma, mb = (np.exp(np.mean(np.log(v))) for v in (a, b))
    return bool(max(ma, mb) > factor * min(ma, mb))
