"""Task 2.5. The error of the likeliest class in place of the right one.

Witness:
    np.array([m.term_norms(*args, t)[-1] for t in range(1, 7)])
"""


_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    return _term_norms(params, x, y_hat.argmax(axis=1), h, y_hat, t)
