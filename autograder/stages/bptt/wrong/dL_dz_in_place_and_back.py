"""Task 1.3. Subtracts 1 from the probabilities that were handed in, and adds it again: 1e-20 becomes 0.

Witness:
    q = np.array([1e-20, 1.0])
    m.dL_dz(q, 0)
    q
"""

def dL_dz(y_hat_t, y_t):
    y_hat_t[y_t] -= 1
    out = y_hat_t.copy()
    y_hat_t[y_t] += 1
    return out
