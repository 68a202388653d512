"""Task 2.1. Beyond 100 steps back the norm is 0.

Witness:
    m.jacobian_norms(np.zeros((201, 2)), 0.9 * np.eye(2), 200)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    return np.where(np.arange(t + 1) < t - 100, 0.0, norms)
