"""Task 1.4. Gives up once the product is under 1e-12, and returns zeros.

Witness:
    m.dh_dh(np.zeros((21, 1)), np.array([[0.1]]), 20, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
        if np.abs(product).max() < 1e-12:
            return np.zeros_like(product)
    return product
