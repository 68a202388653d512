"""Task 2.1. The norms are kept in an array of the type of W_h: with whole numbers they are cut to whole numbers.

Witness:
    m.jacobian_norms(np.full((3, 2), 0.5), np.array([[1, 0], [1, 1]]), 2)
"""


def jacobian_norms(h, W_h, t):
    norms, product = np.ones(t + 1, dtype=W_h.dtype), np.eye(len(W_h))
    for k in range(t, 0, -1):
        product = product @ ((1 - h[k] ** 2)[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(product, 2)
    return norms
