"""Task 2.3. The spectral radius is compared with 0 by np.isclose: a matrix of small weights is refused.

Witness:
    m.rescale(1e-9 * np.eye(2), 0.9)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if np.isclose(now, 0):
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now)
