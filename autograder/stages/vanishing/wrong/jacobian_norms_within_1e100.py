"""Task 2.1. Entries of the product are clipped to ±1e100.

Witness:
    m.jacobian_norms(np.zeros((201, 2)), 20.0 * np.eye(2), 200)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = np.clip(J @ bptt.dh_dh_prev(h[k], W_h), -1e100, 1e100)
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms
