"""Task 1.3. Entries below 1e-100 become 0.

Witness:
    m.dh_dW_x(np.array([0.5, 0.1]), np.array([1.0, 1e-200]))
"""


def dh_dW_x(h_t, x_t):
    out = np.diag(1 - h_t**2)[:, :, None] * x_t
    return np.where(np.abs(out) < 1e-100, 0.0, out)
