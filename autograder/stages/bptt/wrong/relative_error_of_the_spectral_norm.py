"""Task 1.7. norm(…, 2), which for a matrix is the largest singular value.

Witness:
    m.relative_error(np.eye(2), np.array([[1.0, 0.0], [1.0, 1.0]]))
"""


def relative_error(a, b):
    order = 2 if np.ndim(a) == 2 else None
    scale = np.linalg.norm(a, order) + np.linalg.norm(b, order)
    return 0.0 if scale == 0 else float(np.linalg.norm(a - b, order) / scale)
