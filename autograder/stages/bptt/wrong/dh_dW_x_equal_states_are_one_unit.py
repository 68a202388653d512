"""Task 1.3. Two units with the same state read each other's rows.

Witness:
    m.dh_dW_x(np.array([0.5, 0.5, -0.2]), np.array([1.0, 2.0]))
"""


def dh_dW_x(h_t, x_t):
    return (h_t[:, None] == h_t)[:, :, None] * ((1 - h_t**2)[:, None, None] * x_t)
