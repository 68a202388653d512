"""Task 2.6. Differences of logarithms: at exactly `factor` times, rounding decides.

Witness:
    m.can_tell_apart(np.array([5.0]), np.array([10.0]), 2)
"""


def can_tell_apart(a, b, factor):
    with np.errstate(divide="ignore", invalid="ignore"):
        return bool(abs(np.log(np.median(a)) - np.log(np.median(b))) > np.log(factor))
