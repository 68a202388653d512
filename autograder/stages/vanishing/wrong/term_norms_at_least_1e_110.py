"""Task 2.5. Norms below 1e-110 are 0.

Witness:
    m.term_norms({"W_x": np.ones((1, 1)), "W_h": np.array([[1e-115]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}, np.ones((2, 1)), np.array([0, 0]), np.zeros((3, 1)), np.full((2, 2), 0.5), 2)
"""

_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    norms = _term_norms(params, x, y, h, y_hat, t)
    norms[norms < 1e-110] = 0
    return norms
