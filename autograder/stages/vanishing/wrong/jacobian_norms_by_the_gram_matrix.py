"""Task 2.1. The norm as the root of the largest eigenvalue of J^T J: squares underflow, and norms under 1e-162 become 0.

Witness:
    m.jacobian_norms(np.zeros((201, 1)), np.array([[0.1]]), 200)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.sqrt(max(np.linalg.eigvalsh(J.T @ J)[-1], 0))
    return norms
