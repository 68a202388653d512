"""Task 2.3. A spectral radius that is right to 1e-6 is left as it is.

Witness:
    m.rescale((1 + 5e-7) * np.eye(2), 1.0)
"""

_rescale = rescale


def rescale(W_h, radius):
    if abs(np.abs(np.linalg.eigvals(W_h)).max() - radius) < 1e-6 and radius:
        return W_h.copy()
    return _rescale(W_h, radius)
