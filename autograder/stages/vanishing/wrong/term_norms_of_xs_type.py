"""Task 2.5. The result has the type of x: for words as rows of integers the norms are cut to 0.

Witness:
    params = {"W_x": np.zeros((1, 1)), "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    m.term_norms(params, np.array([[1]]), np.array([0]), np.zeros((2, 1)), np.array([[0.75, 0.25]]), 1)
"""


def term_norms(params, x, y, h, y_hat, t):
    norms = np.zeros_like(x[:t, 0])
    for k in range(1, t + 1):
        norms[k - 1] = np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k))
    return norms
