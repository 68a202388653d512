"""Task 1.5. Every summand lies in one array, which the next one of that size writes over.

Witness:
    first = m.term(*args, 3, 1)
    m.term(*args, 3, 3)
    first
"""

_kept = {}
_term = term


def term(params, x, y, h, y_hat, t, k):
    out = _kept.setdefault(params["W_x"].shape, np.empty(params["W_x"].shape))
    out[...] = _term(params, x, y, h, y_hat, t, k)
    return out


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k).copy() for k in range(1, t + 1))
