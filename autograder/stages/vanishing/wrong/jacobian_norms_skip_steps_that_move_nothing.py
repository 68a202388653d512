"""Task 2.1. A word that left the state as it was is skipped.

Witness:
    m.jacobian_norms(np.zeros((4, 3)), p["W_h"], 3)
"""

_jacobian_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    J, out = np.eye(len(W_h)), [1.0]
    for k in range(t, 0, -1):
        if not np.array_equal(h[k], h[k - 1]):
            J = J @ bptt.dh_dh_prev(h[k], W_h)
        out.append(np.linalg.norm(J, 2))
    return np.array(out[::-1])
