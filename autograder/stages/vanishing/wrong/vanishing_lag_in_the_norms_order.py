"""Task 2.2. The norms are sorted first.

Witness:
    m.vanishing_lag(np.array([1e-3, 0.5, 1e-4, 1.0]), 0.01)
"""


def vanishing_lag(norms, tolerance):
    below = np.flatnonzero(np.sort(norms)[::-1] < tolerance)
    return int(below[0]) if below.size else None
