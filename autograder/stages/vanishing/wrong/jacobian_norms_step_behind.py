"""Task 2.1. The factor of the state at k - 1 in place of that at k.

Witness:
    m.jacobian_norms(h, p['W_h'], 4)
Named: slope-of-the-step-before
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k - 1], W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms
