"""Task 2.2. A tolerance under 1e-12 is raised to it: below, norms are rounding.

Witness:
    str(m.vanishing_lag(np.array([1e-20, 1.0]), 1e-30))
"""


def vanishing_lag(norms, tolerance):
    tolerance = max(tolerance, 1e-12)
    return next((i for i, norm in enumerate(norms[::-1]) if norm < tolerance), None)
