"""Task 2.5. The norms are kept by the word, so that a word that occurs twice has the later norm in both places.

Witness:
    m.term_norms(p, np.vstack([x[:3], x[:3]]), y, h, y_hat, 6)
"""

_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    norms = _term_norms(params, x, y, h, y_hat, t)
    by_word = {x[k].tobytes(): norms[k] for k in range(t)}
    return np.array([by_word[x[k].tobytes()] for k in range(t)])
