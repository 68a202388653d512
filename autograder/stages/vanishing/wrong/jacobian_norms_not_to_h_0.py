"""Task 2.1. Stops at h_1; index 0 holds the norm of index 1 again.

Witness:
    m.jacobian_norms(h, p['W_h'], 4)
"""


def jacobian_norms(h, W_h, t):
    norms, J = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 1, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    norms[0] = norms[min(1, t)]
    return norms
