"""Task 1.4. Entries are clipped to ±1e6, "against explosion".

Witness:
    m.dh_dh(np.zeros((21, 1)), np.array([[3.0]]), 20, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = np.clip(dh_dh_prev(h[i], W_h) @ product, -1e6, 1e6)
    return product
