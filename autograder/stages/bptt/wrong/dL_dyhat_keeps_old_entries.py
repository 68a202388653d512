"""Task 1.3. One array of zeros for each number of classes: what was put in for another class stays there.

Witness:
    m.dL_dyhat(np.array([0.5, 0.5]), 0)
    m.dL_dyhat(np.array([0.5, 0.5]), 1)
"""

_zeros = {}


def dL_dyhat(y_hat_t, y_t):
    out = _zeros.setdefault(len(y_hat_t), np.zeros(len(y_hat_t)))
    out[y_t] = -1 / y_hat_t[y_t]
    return out.copy()
