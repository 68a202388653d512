"""Task 2.5. At k stands the norm of dL_k/dW_x, the whole sum of step k, in place of a summand.

Witness:
    m.term_norms(*args, 5)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.dL_dW_x(params, x, y, h, y_hat, k)) for k in range(1, t + 1)])
