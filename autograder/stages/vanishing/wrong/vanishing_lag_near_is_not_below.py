"""Task 2.2. A norm that is below the tolerance by less than a hundred-thousandth of it counts as equal.

Witness:
    m.vanishing_lag(np.array([0.1 * (1 - 1e-6), 1.0]), 0.1)
"""

def vanishing_lag(norms, tolerance):
    for lag, value in enumerate(norms[::-1]):
        if value < tolerance and not np.isclose(value, tolerance, atol=0):
            return lag
    return None
