"""Task 2.3. The result is written over a copy of W_h: of whole numbers, it is cut to whole numbers.

Witness:
    m.rescale(np.array([[0, 2], [-2, 0]]), 0.9)
"""


def rescale(W_h, radius):
    old = np.abs(np.linalg.eigvals(W_h)).max()
    if old == 0:
        raise ValueError("the spectral radius is 0")
    scaled = W_h.copy()
    scaled[:] = W_h * (radius / old)
    return scaled
