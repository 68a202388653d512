"""Task 2.5. Each norm as a share of their sum.

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) / sum(np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, j)) for j in range(1, t + 1)) for k in range(1, t + 1)])
