"""Task 2.1. 1e-12 is added, so that the logarithm can be drawn.

Witness:
    m.jacobian_norms(np.zeros((201, 2)), 0.5 * np.eye(2), 200)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms + 1e-12
