"""Task 2.6. The 25 % quantile of one against the 75 % of the other.

Witness:
    m.can_tell_apart(np.array([1.0, 4.0, 16.0]), np.array([40.0, 50.0, 60.0]), 5)
"""


def can_tell_apart(a, b, factor):
    (a1, a3), (b1, b3) = (np.quantile(v, [0.25, 0.75]) for v in (a, b))
    return bool(b1 > factor * a3 or a1 > factor * b3)
