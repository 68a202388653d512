"""Task 1.7. 1e-8 is added below: for small gradients the error comes out too small.

Witness:
    m.relative_error(np.array([1e-10]), np.array([2e-10]))
"""


def relative_error(a, b):
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-8))
