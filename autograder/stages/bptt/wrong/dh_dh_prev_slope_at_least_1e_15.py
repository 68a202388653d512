"""Task 1.3. No slope is below 1e-15.

Witness:
    m.dh_dh_prev(np.array([1.0, 0.5]), np.ones((2, 2)))
"""

def dh_dh_prev(h_t, W_h):
    return np.maximum(1 - h_t**2, 1e-15)[:, None] * W_h
