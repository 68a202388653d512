"""Task 2.5. The sum of the entries.

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([abs(bptt.term(params, x, y, h, y_hat, t, k).sum()) for k in range(1, t + 1)])
