"""Task 2.3. The result is written into a copy of W_h, which cuts it to whole numbers where W_h holds integers.

Witness:
    m.rescale(np.array([[0, 2], [-2, 1]]), 0.5)
"""


def rescale(W_h, radius):
    old = np.abs(np.linalg.eigvals(W_h)).max()
    if old == 0:
        raise ValueError("the spectral radius is 0")
    scaled = W_h.copy()
    scaled[...] = W_h * (radius / old)
    return scaled
