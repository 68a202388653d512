"""Task 1.7. 0.0 where one of the arrays is all 0, and not only where both are.

Witness:
    m.relative_error(np.zeros(2), np.ones(2))
"""


def relative_error(a, b):
    if not np.any(a) or not np.any(b):
        return 0.0
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))
