"""Task 1.4. The product has 100 factors at most.

Witness:
    m.dh_dh(np.zeros((131, 1)), np.array([[1.1]]), 130, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(max(k, t - 100) + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
