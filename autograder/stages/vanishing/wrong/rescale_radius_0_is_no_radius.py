"""Task 2.3. A radius of 0 is taken for none given, and W_h returned as it is.

Witness:
    m.rescale(np.eye(2), 0.0)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now) if radius else W_h.copy()
