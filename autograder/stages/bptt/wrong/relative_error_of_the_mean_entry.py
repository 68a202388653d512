"""Task 1.7. The mean over the entries of |a - b| / (|a| + |b|).

Witness:
    m.relative_error(np.array([1.0, 5.0]), np.array([2.0, 5.0]))
"""


def relative_error(a, b):
    below = np.abs(a) + np.abs(b)
    return float(np.mean(np.where(below == 0, 0, np.abs(a - b) / np.where(below == 0, 1, below))))
