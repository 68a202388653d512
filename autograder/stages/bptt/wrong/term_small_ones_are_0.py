"""Task 1.5. A summand of a norm under 1e-10 is returned as 0.

Witness:
    q = {**flat(15)[0], "W_h": np.array([[0.1]])}
    m.term(q, np.ones((15, 2)), *flat(15)[2:], 15, 1)
"""


def term(params, x, y, h, y_hat, t, k):
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    out = np.outer(g * (1 - h[k] ** 2), x[k - 1])
    return out if np.linalg.norm(out) > 1e-10 else np.zeros_like(out)
