"""Task 1.4. Refuses k > t and t > T, but takes a negative k and t together, as indices from the end.

Witness:
    try:
        got = str(m.dh_dh(h, p["W_h"], -1, -2).shape)
    except ValueError:
        got = "refused"
    got
"""


def dh_dh(h, W_h, t, k):
    if k > t or t >= len(h) or (k < 0 <= t):
        raise ValueError("no such steps")
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
