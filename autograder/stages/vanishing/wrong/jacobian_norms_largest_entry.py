"""Task 2.1. The largest entry.

Named: norm-is-the-largest-entry

Witness:
    m.jacobian_norms(h, p['W_h'], 4)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.abs(J).max()
    return norms
