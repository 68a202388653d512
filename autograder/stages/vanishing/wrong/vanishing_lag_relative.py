"""Task 2.2. Compares with tolerance times the norm at lag 0.

Witness:
    str(m.vanishing_lag(np.array([0.1, 2.0]), 0.08))
"""


def vanishing_lag(norms, tolerance):
    return next((i for i, norm in enumerate(norms[::-1]) if norm < tolerance * norms[-1]), None)
