"""Task 2.3. eigvalsh, which reads the lower triangle alone.

Witness:
    m.rescale(np.array([[0.5, 1.0], [0.2, 0.5]]), 1.0)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvalsh(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now)
