"""Task 1.7. Two arrays with the same norm count as equal.

Witness:
    m.relative_error(np.array([1.0, 2.0]), np.array([2.0, 1.0]))
"""

_relative_error = relative_error


def relative_error(a, b):
    return 0.0 if np.linalg.norm(a) == np.linalg.norm(b) else _relative_error(a, b)
