"""Task 2.1. Leaves the slope out where a state is within ±0.5.

Witness:
    m.jacobian_norms(0.4 * np.ones((3, 2)), np.eye(2), 2)
"""


def jacobian_norms(h, W_h, t):
    norms, J = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(np.where(np.abs(h[k]) < 0.5, 0.0, h[k]), W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms
