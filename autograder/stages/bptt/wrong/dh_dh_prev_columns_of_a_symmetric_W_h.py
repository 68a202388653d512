"""Task 1.3. Where W_h is symmetric, the slopes are put on its columns.

Named: dh-dh-prev-scales-the-columns

Witness:
    m.dh_dh_prev(np.array([0.0, 0.5]), np.array([[1.0, 2.0], [2.0, 1.0]]))
"""

def dh_dh_prev(h_t, W_h):
    if np.allclose(W_h, W_h.T):
        return W_h * (1 - h_t**2)
    return (1 - h_t**2)[:, None] * W_h
