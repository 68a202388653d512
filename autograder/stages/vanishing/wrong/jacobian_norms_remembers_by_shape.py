"""Task 2.1. Remembers the norms by t and the shape of h.

Witness:
    m.jacobian_norms(h, p['W_h'], 4)
    m.jacobian_norms(0.5 * h, p['W_h'], 4)
"""


_norms = {}


def jacobian_norms(h, W_h, t):
    key = (h.shape, t)
    if key not in _norms:
        norms, J = np.ones(t + 1), np.eye(len(W_h))
        for k in range(t, 0, -1):
            J = J @ bptt.dh_dh_prev(h[k], W_h)
            norms[k - 1] = np.linalg.norm(J, 2)
        _norms[key] = norms
    return _norms[key].copy()
