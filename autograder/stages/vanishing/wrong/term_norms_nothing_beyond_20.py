"""Task 2.5. Summands from more than 20 steps back are 0.

Witness:
    q = {'W_x': np.ones((1, 1)), 'W_h': np.eye(1), 'b': np.zeros(1), 'W_y': np.array([[1.0], [0.0]])}
    m.term_norms(q, np.zeros((30, 1)) + 1e-9, np.ones(30, int), np.zeros((31, 1)), np.full((30, 2), 0.5), 30)
"""


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) if t - k <= 20 else 0.0 for k in range(1, t + 1)])
