"""Task 1.4. More than 4 factors are replaced by the power of their mean.

Witness:
    m.dh_dh(np.linspace(-0.9, 0.9, 21).reshape(7, 3), p["W_h"], 6, 0)
"""

_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    if 0 <= k < t - 4 and t < len(h):
        return np.linalg.matrix_power(np.mean([dh_dh_prev(h[s], W_h) for s in range(k + 1, t + 1)], axis=0), t - k)
    return _dh_dh(h, W_h, t, k)
