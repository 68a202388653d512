"""Task 2.2. The lag is looked up by the value, which may occur twice.

Witness:
    m.vanishing_lag(np.array([1e-3, 1e-3, 0.5, 1.0]), 0.01)
"""


def vanishing_lag(norms, tolerance):
    norms = list(norms)
    below = [n for n in norms[::-1] if n < tolerance]
    return len(norms) - 1 - norms.index(below[0]) if below else None
