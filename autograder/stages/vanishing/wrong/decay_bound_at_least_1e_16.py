"""Task 2.2. The bound is held above 1e-16.

Witness:
    m.decay_bound(0.1 * np.eye(2), 30)
"""


def decay_bound(W_h, t):
    return np.maximum(np.linalg.norm(W_h, 2) ** np.arange(t, -1, -1), 1e-16)
