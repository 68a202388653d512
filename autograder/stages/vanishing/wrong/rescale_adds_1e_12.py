"""Task 2.3. 1e-12 is added below in place of the error.

Witness:
    m.rescale(1e-9 * np.eye(2), 0.9)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * radius / (now + 1e-12)
