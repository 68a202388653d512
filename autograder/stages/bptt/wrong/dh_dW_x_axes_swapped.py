"""Task 1.3. Entry [d, j, i] for [i, j, d], put into the right shape by reshape.

Witness:
    m.dh_dW_x(np.array([0.5, 0.1]), np.array([1.0, 2.0, 3.0]))
"""


def dh_dW_x(h_t, x_t):
    out = np.einsum("ij,d->dji", np.diag(1 - h_t**2), x_t)
    return out.reshape(len(h_t), len(h_t), len(x_t))
