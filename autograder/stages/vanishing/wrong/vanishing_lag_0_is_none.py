"""Task 2.2. A lag of 0 is taken for no lag.

Witness:
    str(m.vanishing_lag(np.array([0.1, 0.5]), 1.0))
"""


def vanishing_lag(norms, tolerance):
    lag = next((i for i, norm in enumerate(norms[::-1]) if norm < tolerance), 0)
    return lag or None
