"""Task 1.5. The right class has a probability of 1e-15 at least.

Witness:
    q = np.array([[1 - 1e-20, 1e-20, 0, 0, 0]])
    m.term(p, x[:1], np.array([1]), h[:2], q, 1, 1)
"""

_term = term


def term(params, x, y, h, y_hat, t, k):
    first = np.zeros(y_hat.shape[1])
    first[y[t - 1]] = -1 / max(y_hat[t - 1, y[t - 1]], 1e-15)
    left = first @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"]) @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(left, dh_dW_x(h[k], x[k - 1]), 1)
