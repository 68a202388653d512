"""Task 2.5. The spectral norm of each summand.

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k) + 0.0, 2) if k < 0 else np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)[:, :1], 2) for k in range(1, t + 1)])
