"""Task 1.5. term takes a summand of more than 200 steps back for one that has vanished.

Witness:
    q, x, *rest = flat(205)
    m.term(q, np.ones((205, 2)), *rest, 205, 1)
"""

_term = term


def term(params, x, y, h, y_hat, t, k):
    return np.zeros(np.shape(params["W_x"])) if t - k > 200 else _term(params, x, y, h, y_hat, t, k)
