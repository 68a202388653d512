"""Task 2.2. A tolerance of 0 is taken for none given, and 1e-6 used.

Witness:
    str(m.vanishing_lag(np.array([1e-9, 1.0]), 0.0))
"""


def vanishing_lag(norms, tolerance):
    tolerance = tolerance or 1e-6
    return next((i for i, norm in enumerate(norms[::-1]) if norm < tolerance), None)
