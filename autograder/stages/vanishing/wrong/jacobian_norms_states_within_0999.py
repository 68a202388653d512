"""Task 2.1. The states are clipped to ±0.999.

Witness:
    m.jacobian_norms(np.array([[0.0], [0.99999]]), np.eye(1), 1)
"""

_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    return _norms(np.clip(h, -0.999, 0.999), W_h, t)
