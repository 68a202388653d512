"""Task 2.3. The absolute values of the eigenvalues by way of their squares, which are 0 for eigenvalues of 1e-200.

Witness:
    m.rescale(1e-200 * np.diag([1.0, -2.0, 0.5]), 0.9)
"""


def rescale(W_h, radius):
    eigenvalues = np.linalg.eigvals(W_h)
    old = np.sqrt(np.max(eigenvalues.real**2 + eigenvalues.imag**2))
    if old == 0:
        raise ValueError("the spectral radius of W_h is 0")
    return W_h * (radius / old)
