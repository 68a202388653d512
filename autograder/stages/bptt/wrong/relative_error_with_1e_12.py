"""Task 1.7. 1e-12 is added below.

Witness:
    m.relative_error(np.array([1e-14]), np.array([2e-14]))
"""


def relative_error(a, b):
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-12))
