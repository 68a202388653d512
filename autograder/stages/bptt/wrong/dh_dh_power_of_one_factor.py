"""Task 1.4. The factor of step t to the power t - k: right where all states are alike.

Witness:
    m.dh_dh(h, p["W_h"], 3, 0)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    return np.linalg.matrix_power(dh_dh_prev(h[t], W_h), t - k)
