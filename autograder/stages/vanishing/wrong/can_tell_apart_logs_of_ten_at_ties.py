"""Task 2.6. Differences of logarithms to the base 10: at exactly `factor` times, rounding decides.

Witness:
    m.can_tell_apart(np.array([3.0]), np.array([12.0]), 4)
"""


def can_tell_apart(a, b, factor):
    with np.errstate(divide="ignore", invalid="ignore"):
        return bool(abs(np.log10(np.median(a)) - np.log10(np.median(b))) > np.log10(factor))
