"""Task 1.7. Rounds to ten decimal places, so that a very good gradient looks perfect.

Witness:
    m.relative_error(np.array([1.0]), np.array([1.0 + 1e-12]))
"""


def relative_error(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if scale == 0 else round(float(np.linalg.norm(a - b) / scale), 10)
