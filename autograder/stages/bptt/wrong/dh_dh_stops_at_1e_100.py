"""Task 1.4. Entries under 1e-100 are set to 0.

Witness:
    m.dh_dh(np.zeros((131, 1)), np.array([[0.1]]), 130, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return np.where(np.abs(product) < 1e-100, 0.0, product)
