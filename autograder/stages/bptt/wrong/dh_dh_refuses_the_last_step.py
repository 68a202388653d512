"""Task 1.4. t = T is taken for out of range where k = t.

Witness:
    m.dh_dh(h, p["W_h"], 4, 4)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h) or k == len(h) - 1:
        raise ValueError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
