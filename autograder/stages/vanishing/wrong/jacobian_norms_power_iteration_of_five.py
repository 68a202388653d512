"""Task 2.1. Five steps of power iteration from a vector of ones: not yet the largest singular value.

Witness:
    m.jacobian_norms(np.zeros((2, 2)), np.array([[0.5, 0.1], [0.0, 0.45]]), 1)
"""


def jacobian_norms(h, W_h, t):
    norms, J = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        v = np.ones(len(W_h))
        for _ in range(5):
            v = J.T @ (J @ v)
            v = v / (np.linalg.norm(v) or 1)
        norms[k - 1] = np.linalg.norm(J @ v)
    return norms
