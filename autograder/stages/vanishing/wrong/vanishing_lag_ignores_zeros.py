"""Task 2.2. A norm of exactly 0 is taken for missing.

Witness:
    str(m.vanishing_lag(np.array([0.0, 1.0]), 0.5))
"""


def vanishing_lag(norms, tolerance):
    return next((i for i, norm in enumerate(norms[::-1]) if 0 < norm < tolerance), None)
