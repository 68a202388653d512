"""Task 1.3. Entries below 1e-100 become 0.

Witness:
    m.dh_dh_prev(np.array([0.5, 0.1]), np.array([[1.0, 1e-200], [1e-150, 1.0]]))
"""


def dh_dh_prev(h_t, W_h):
    out = (1 - h_t**2)[:, None] * W_h
    return np.where(np.abs(out) < 1e-100, 0.0, out)
