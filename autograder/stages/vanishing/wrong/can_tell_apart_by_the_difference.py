"""Task 2.6. The difference of the medians is compared with the factor.

Witness:
    m.can_tell_apart(np.array([1e-29]), np.array([2e-28]), 10)
"""


def can_tell_apart(a, b, factor):
    return bool(abs(np.median(a) - np.median(b)) > factor)
