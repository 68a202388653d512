"""Task 2.3. With a negative eigenvalue largest, W_h changes its sign.

Witness:
    m.rescale(np.array([[-2.0, 0.0], [0.0, 1.0]]), 0.5)
"""

_rescale = rescale


def rescale(W_h, radius):
    eigenvalues = np.linalg.eigvals(W_h)
    top = eigenvalues[np.abs(eigenvalues).argmax()]
    return W_h * (radius / top.real) if top.imag == 0 and top != 0 else _rescale(W_h, radius)
