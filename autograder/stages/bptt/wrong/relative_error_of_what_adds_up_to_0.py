"""Task 1.7. Two arrays whose entries add up to 0 are taken for two arrays of zeros.

Witness:
    m.relative_error(np.array([1.0, -1.0]), np.array([3.0, -3.0]))
"""


def relative_error(a, b):
    if np.sum(a) == 0 and np.sum(b) == 0:
        return 0.0
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))
