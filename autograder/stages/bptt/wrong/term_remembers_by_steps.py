"""Task 1.5. Remembers the summands by t, k and the shape of W_x.

Witness:
    m.term(*args, 3, 1)
    m.term(p, 2 * x, y, h, y_hat, 3, 1)
"""

_terms = {}


def term(params, x, y, h, y_hat, t, k):
    key = (t, k, params["W_x"].shape)
    if key not in _terms:
        g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
        _terms[key] = np.outer(g * (1 - h[k] ** 2), x[k - 1])
    return _terms[key]
