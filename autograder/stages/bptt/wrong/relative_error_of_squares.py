"""Task 1.7. Squares in place of norms: ‖a - b‖² / (‖a‖² + ‖b‖²).

Witness:
    m.relative_error(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
"""


def relative_error(a, b):
    scale = np.sum(np.square(a)) + np.sum(np.square(b))
    return 0.0 if scale == 0 else float(np.sum(np.square(a - b)) / scale)
