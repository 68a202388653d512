"""Task 2.5. Summands from more than 100 steps back are left at 0.

Witness:
    net = {"W_x": np.zeros((1, 2)), "W_h": np.array([[1.03]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    m.term_norms(net, np.ones((120, 2)), np.zeros(120, int), np.zeros((121, 1)), np.full((120, 2), 0.5), 120)
"""

_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    found = np.array(_term_norms(params, x, y, h, y_hat, t))
    found[: max(0, t - 100)] = 0
    return found
