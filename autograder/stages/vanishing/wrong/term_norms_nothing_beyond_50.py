"""Task 2.5. Summands from more than 50 steps back are 0.

Witness:
    q = {'W_x': np.ones((1, 1)), 'W_h': np.eye(1), 'b': np.zeros(1), 'W_y': np.array([[1.0], [0.0]])}
    m.term_norms(q, np.zeros((60, 1)) + 1e-9, np.ones(60, int), np.zeros((61, 1)), np.full((60, 2), 0.5), 60)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) if t - k <= 50 else 0.0 for k in range(1, t + 1)])
