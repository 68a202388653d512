"""Task 1.4. The states are clipped to ±0.999.

Witness:
    m.dh_dh(np.array([[0.0], [0.99999]]), np.eye(1), 1, 0)
"""

_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    return _dh_dh(np.clip(h, -0.999, 0.999), W_h, t, k)
