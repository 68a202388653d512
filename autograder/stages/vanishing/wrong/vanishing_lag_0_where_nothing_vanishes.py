"""Task 2.2. np.argmax of all False: lag 0 where no norm falls below the tolerance.

Witness:
    str(m.vanishing_lag(np.array([0.5, 1.0]), 0.1))
"""


def vanishing_lag(norms, tolerance):
    return int(np.argmax(norms[::-1] < tolerance))
