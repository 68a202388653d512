"""Task 2.1. The norms are kept in an array of the type of h: of states that are whole zeros, they are cut to whole numbers.

Witness:
    m.jacobian_norms(np.zeros((3, 2), dtype=int), np.array([[0.5, 0.0], [0.5, 0.5]]), 2)
"""


def jacobian_norms(h, W_h, t):
    norms, product = np.ones_like(h[:t + 1, 0]), np.eye(len(W_h))
    for k in range(t, 0, -1):
        product = product @ ((1 - h[k] ** 2)[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(product, 2)
    return norms
