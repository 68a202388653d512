"""Task 1.4. Raises IndexError where ValueError is asked for.

Witness:
    try:
        got = str(m.dh_dh(h, p["W_h"], 1, 2))
    except ValueError:
        got = "refused"
    got
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise IndexError("0 <= k <= t <= T")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
