"""Task 2.3. A spectral radius under 1e-12 is taken for 0.

Witness:
    m.rescale(1e-13 * np.eye(2), 0.9)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if now < 1e-12:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now)
