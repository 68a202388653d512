"""Task 2.1. The norms are remembered by W_h and t alone: other states of the same network get those of the first.

Witness:
    m.jacobian_norms(np.array([[0.0], [0.0]]), np.array([[2.0]]), 1)
    m.jacobian_norms(np.array([[0.0], [0.5]]), np.array([[2.0]]), 1)
"""

_known = {}
_jacobian_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    key = W_h.tobytes(), t
    if key not in _known:
        _known[key] = _jacobian_norms(h, W_h, t)
    return _known[key].copy()
