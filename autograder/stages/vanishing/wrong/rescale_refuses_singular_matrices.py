"""Task 2.3. Raises for a determinant of 0, where the radius need not be 0.

Witness:
    m.rescale(np.diag([1.0, 0.0]), 0.5)
"""


def rescale(W_h, radius):
    if np.linalg.det(W_h) == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / np.abs(np.linalg.eigvals(W_h)).max())
