"""Task 2.2. The lag from which on all norms are below the tolerance.

Witness:
    m.vanishing_lag(np.array([1e-3, 0.5, 0.02, 0.3, 1.0]), 0.1)
"""


def vanishing_lag(norms, tolerance):
    above = np.flatnonzero(np.asarray(norms)[::-1] >= tolerance)
    lag = int(above[-1]) + 1 if len(above) else 0
    return lag if lag < len(norms) else None
