"""Task 2.5. 1e-20 is added to each norm.

Witness:
    q = {**p, 'W_h': 1e-5 * p['W_h']}
    m.term_norms(q, x, y, h, y_hat, 6)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) + 1e-20 for k in range(1, t + 1)])
