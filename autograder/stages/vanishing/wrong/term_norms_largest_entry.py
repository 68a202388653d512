"""Task 2.5. The largest entry of each summand.

Named: largest-entries-of-summands

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.abs(bptt.term(params, x, y, h, y_hat, t, k)).max() for k in range(1, t + 1)])
