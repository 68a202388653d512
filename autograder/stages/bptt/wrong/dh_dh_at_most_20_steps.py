"""Task 1.4. The product has 20 factors at most.

Witness:
    m.dh_dh(np.zeros((26, 1)), np.array([[1.1]]), 25, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(max(k, t - 20) + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
