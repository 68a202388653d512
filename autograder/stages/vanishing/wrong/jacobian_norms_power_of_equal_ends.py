"""Task 2.1. Where the first and the last state of the product agree, all between are taken to agree too.

Witness:
    m.jacobian_norms(np.array([[0.1, 0.2], [0.3, 0.4], [-0.7, 0.5], [0.3, 0.4]]), np.array([[1.0, 2.0], [3.0, 4.0]]), 3)
"""

_jacobian_norms = jacobian_norms


def jacobian_norms(h, W_h, t):
    norms = _jacobian_norms(h, W_h, t)
    for k in range(t):
        if np.array_equal(h[k + 1], h[t]):
            norms[k] = np.linalg.norm(np.linalg.matrix_power(bptt.dh_dh_prev(h[t], W_h), t - k), 2)
    return norms
