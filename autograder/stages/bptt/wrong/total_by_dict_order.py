"""Task 1.5. Takes the parameters by their order in the dict.

Witness:
    q = {key: p[key] for key in ("b", "W_y", "W_h", "W_x")}
    m.term(q, x, y, h, y_hat, 3, 1)
"""


def term(params, x, y, h, y_hat, t, k):
    _, W_h, _, W_y = params.values()
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ W_y @ dh_dh(h, W_h, t, k)
    return np.outer(g * (1 - h[k] ** 2), x[k - 1])
