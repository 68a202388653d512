"""Task 2.1. With two units the largest singular value comes from the formula with squares, which underflow.

Witness:
    m.jacobian_norms(np.zeros((4, 2)), 1e-60 * np.array([[1.0, 2.0], [3.0, 4.0]]), 3)
"""

_jacobian_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    if len(W_h) != 2:
        return _jacobian_norms(h, W_h, t)
    J, out = np.eye(2), []
    for k in range(t, -1, -1):
        s = (J * J).sum()
        out.append(np.sqrt((s + np.sqrt(max(s * s - 4 * np.linalg.det(J) ** 2, 0))) / 2))
        if k:
            J = J @ bptt.dh_dh_prev(h[k], W_h)
    return np.array(out[::-1])
