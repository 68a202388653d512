"""Task 1.1. A probability below 1e-300 counts as 0.

Witness:
    m.cross_entropy(np.array([1e-305, 1.0]), 0)
"""

def cross_entropy(y_hat_t, y_t):
    return -np.log(y_hat_t[y_t]) if y_hat_t[y_t] >= 1e-300 else np.inf
