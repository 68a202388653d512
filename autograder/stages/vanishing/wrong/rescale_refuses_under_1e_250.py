"""Task 2.3. A spectral radius below 1e-250 is taken for 0.

Witness:
    m.rescale(np.array([[1e-280]]), 1.0)
"""

_rescale = rescale


def rescale(W_h, radius):
    if np.abs(np.linalg.eigvals(W_h)).max() < 1e-250:
        raise ValueError("the spectral radius is 0")
    return _rescale(W_h, radius)
