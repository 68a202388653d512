"""Task 2.1. No slope is below 1e-12.

Witness:
    m.jacobian_norms(np.array([[0.0], [1.0]]), np.eye(1), 1)
"""

def jacobian_norms(h, W_h, t):
    norms, product = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        product = product @ (np.maximum(1 - h[k] ** 2, 1e-12)[:, None] * W_h)
        norms[k - 1] = np.linalg.norm(product, 2)
    return norms
