"""Task 2.3. The first eigenvalue is taken for the largest one.

Witness:
    m.rescale(np.diag([0.5, -3.0, 1.0]), 0.9)
"""


def rescale(W_h, radius):
    old = np.abs(np.linalg.eigvals(W_h))[0]
    if np.abs(np.linalg.eigvals(W_h)).max() == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / old)
