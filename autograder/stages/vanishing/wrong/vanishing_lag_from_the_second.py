"""Task 2.2. Begins at lag 1.

Witness:
    m.vanishing_lag(np.array([0.1, 0.5, 0.2]), 1.0)
"""


def vanishing_lag(norms, tolerance):
    return next((i for i, norm in enumerate(norms[::-1]) if i and norm < tolerance), None)
