"""Task 1.7. Arrays of opposite sign count as equal.

Witness:
    m.relative_error(np.array([1.0, 2.0]), np.array([-1.0, -2.0]))
"""

_relative_error = relative_error


def relative_error(a, b):
    return min(_relative_error(a, b), _relative_error(a, -b))
