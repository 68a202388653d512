"""Task 1.3. Entries under 1e-10 are set to 0.

Witness:
    m.dyhat_dz(np.array([1e-12, 0.5, 0.5 - 1e-12]))
"""


def dyhat_dz(y_hat_t):
    J = np.diag(y_hat_t) - np.outer(y_hat_t, y_hat_t)
    return np.where(np.abs(J) < 1e-10, 0, J)
