"""Task 1.4. A product of more than 256 factors ends after the last 256.

Witness:
    m.dh_dh(np.zeros((401, 3)), 0.5 * np.eye(3) + 0.49 * np.ones((3, 3)) / 3, 400, 0)
"""

_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    _dh_dh(h[:2], W_h, 0, 0)
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    return _dh_dh(h, W_h, t, max(k, t - 256))
