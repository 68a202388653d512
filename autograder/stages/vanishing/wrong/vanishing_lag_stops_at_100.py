"""Task 2.2. A lag beyond 100 is not looked at.

Witness:
    m.vanishing_lag(0.9 ** np.arange(200.0)[::-1], 1e-6)
"""


def vanishing_lag(norms, tolerance):
    for lag, norm in enumerate(norms[::-1][:101]):
        if norm < tolerance:
            return lag
    return None
