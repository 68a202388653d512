"""Task 2.5. Norms under 1e-12 are set to 0.

Witness:
    q = {**p, 'W_h': 1e-4 * p['W_h']}
    m.term_norms(q, x, y, h, y_hat, 6)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) * (np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) > 1e-12) for k in range(1, t + 1)])
