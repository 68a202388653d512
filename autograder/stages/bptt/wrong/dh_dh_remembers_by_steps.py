"""Task 1.4. Remembers products by t, k and H alone.

Witness:
    m.dh_dh(h, p["W_h"], 3, 1)
    m.dh_dh(0.5 * h, p["W_h"], 3, 1)
"""

_products = {}


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    key = (t, k, len(W_h))
    if key not in _products:
        product = np.eye(len(W_h))
        for i in range(k + 1, t + 1):
            product = dh_dh_prev(h[i], W_h) @ product
        _products[key] = product
    return _products[key]
