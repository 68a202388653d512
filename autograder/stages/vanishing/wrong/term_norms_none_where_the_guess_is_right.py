"""Task 2.5. Where the right class has the largest probability, the loss counts as 0.

Witness:
    m.term_norms(p, x, np.full(6, y_hat[5].argmax()), h, y_hat, 6)
"""

_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    return _term_norms(params, x, y, h, y_hat, t) * (y_hat[t - 1].argmax() != y[t - 1])
