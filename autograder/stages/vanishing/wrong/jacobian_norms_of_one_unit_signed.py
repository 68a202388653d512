"""Task 2.1. With one unit the Jacobian is a number, and its sign is kept.

Witness:
    m.jacobian_norms(np.zeros((4, 1)), np.array([[-0.5]]), 3)
"""

_jacobian_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    norms = _jacobian_norms(h, W_h, t)
    return norms * np.sign(W_h[0, 0]) ** np.arange(t, -1, -1) if W_h.shape == (1, 1) else norms
