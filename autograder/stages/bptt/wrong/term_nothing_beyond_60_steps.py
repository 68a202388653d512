"""Task 1.5. Summands from more than 60 steps back are 0.

Witness:
    m.term(*flat(75)[:1], np.ones((75, 2)), *flat(75)[2:], 75, 1)
"""


def term(params, x, y, h, y_hat, t, k):
    if t - k > 60:
        return np.zeros(params["W_x"].shape)
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    return np.outer(g * (1 - h[k] ** 2), x[k - 1])
