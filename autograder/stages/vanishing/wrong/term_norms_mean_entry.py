"""Task 2.5. The root of the mean square of the entries.

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.sqrt(np.mean(bptt.term(params, x, y, h, y_hat, t, k) ** 2)) for k in range(1, t + 1)])
