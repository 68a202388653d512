"""Task 1.3. Every result is a part of one vector, which the next call fills again.

Witness:
    first = m.dL_dyhat(np.array([0.5, 0.5]), 0)
    m.dL_dyhat(np.array([0.5, 0.5]), 1)
    first
"""

_zeros = np.zeros(64)


def dL_dyhat(y_hat_t, y_t):
    out = _zeros[: len(y_hat_t)]
    out[:] = 0
    out[y_t] = -1 / y_hat_t[y_t]
    return out
