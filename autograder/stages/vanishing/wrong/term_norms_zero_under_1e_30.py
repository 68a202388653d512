"""Task 2.5. A norm below 1e-30 is 0.

Witness:
    small = {**p, "W_h": 1e-12 * p["W_h"]}
    m.term_norms(small, x, y, h, y_hat, 6)
"""

_term_norms = term_norms


def term_norms(params, x, y, h, y_hat, t):
    norms = _term_norms(params, x, y, h, y_hat, t)
    return np.where(norms < 1e-30, 0.0, norms)
