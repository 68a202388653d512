"""Task 2.2. Compares with np.isclose, so that norms a little above the tolerance count.

Witness:
    str(m.vanishing_lag(np.array([0.1 + 1e-9, 1.0]), 0.1))
"""


def vanishing_lag(norms, tolerance):
    for lag, norm in enumerate(norms[::-1]):
        if norm < tolerance or np.isclose(norm, tolerance):
            return lag
    return None
