"""Task 1.5. Summands from more than 10 steps back are 0.

Witness:
    m.term(*flat(15)[:1], np.ones((15, 2)), *flat(15)[2:], 15, 1)
"""


def term(params, x, y, h, y_hat, t, k):
    if t - k > 10:
        return np.zeros(params["W_x"].shape)
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    return np.outer(g * (1 - h[k] ** 2), x[k - 1])
