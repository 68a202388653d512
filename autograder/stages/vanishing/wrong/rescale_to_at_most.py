"""Task 2.3. Makes W_h smaller where its radius is too large, and leaves it where it is smaller.

Witness:
    m.rescale(0.1 * np.eye(2), 0.9)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * min(1.0, radius / now)
