"""Task 1.7. Norms whose sum is under 1e-15 are taken for 0.

Witness:
    m.relative_error(np.array([1e-30]), np.array([2e-30]))
"""


def relative_error(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if np.isclose(scale, 0, atol=1e-15) else float(np.linalg.norm(a - b) / scale)
