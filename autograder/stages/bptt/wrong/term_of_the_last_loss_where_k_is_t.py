"""Task 1.5. The loss is that of the step T at which the arrays end, where k = t.

Witness:
    m.term(*args, 2, 2)
"""

_term = term


def term(params, x, y, h, y_hat, t, k):
    if t == k:
        y, y_hat = np.append(y[:t - 1], y[-1]), np.vstack([y_hat[:t - 1], y_hat[-1:]])
    return _term(params, x, y, h, y_hat, t, k)
