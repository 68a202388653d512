"""Task 1.3. A probability below 1e-15 counts as 0.

Witness:
    m.dL_dz(np.array([1e-20, 0.5, 0.5]), 1)
"""

def dL_dz(y_hat_t, y_t):
    out = np.where(y_hat_t < 1e-15, 0.0, y_hat_t)
    out[y_t] -= 1
    return out
