"""Task 2.3. Multiplies the matrix that was handed in.

Witness:
    W = np.eye(2)
    m.rescale(W, 0.5)
    W
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.eigvals(W_h)).max()
    if now == 0:
        raise ValueError("the spectral radius is 0")
    W_h *= radius / now
    return W_h
