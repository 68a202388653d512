"""Task 2.1. Beyond 50 steps back the product is left as it is.

Witness:
    m.jacobian_norms(np.zeros((201, 2)), 0.9 * np.eye(2), 200)
"""


def jacobian_norms(h, W_h, t):
    norms = np.ones(t + 1)
    J = np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h) if t - k < 50 else J
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms
