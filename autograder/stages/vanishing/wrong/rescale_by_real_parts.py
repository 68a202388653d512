"""Task 2.3. The largest real part, so that turns are taken for too small.

Witness:
    m.rescale(np.array([[0.1, 1.0], [-1.0, 0.1]]), 1.0)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h).real).max()
    if now == 0:
        now = np.abs(np.linalg.eigvals(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now)
