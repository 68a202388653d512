"""Task 2.5. Norms are held below 1.

Witness:
    m.term_norms(p, 50 * x, y, h, y_hat, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([min(np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)), 1.0) for k in range(1, t + 1)])
