"""Task 1.4. After 64 steps entries below 1e-30 are set to 0.

Witness:
    m.dh_dh(np.zeros((121, 1)), np.array([[0.3]]), 120, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("out of range")
    product = np.eye(len(W_h))
    for i in range(t, k, -1):
        product = product @ dh_dh_prev(h[i], W_h)
        if i < t - 63:
            product = product * (np.abs(product) > 1e-30)
    return product
