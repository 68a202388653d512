"""Task 2.3. With one unit the result is the radius itself, whatever its sign.

Witness:
    m.rescale(np.array([[-2.0]]), 0.5)
"""

_rescale = rescale


def rescale(W_h, radius):
    return np.full((1, 1), float(radius)) if W_h.shape == (1, 1) and W_h.any() else _rescale(W_h, radius)
