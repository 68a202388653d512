"""Task 2.2. The bound is never below 1e-250.

Witness:
    m.decay_bound(np.array([[1e-100]]), 3)
"""

_decay_bound = decay_bound


def decay_bound(W_h, t):
    return np.maximum(_decay_bound(W_h, t), 1e-250 * bool(np.any(W_h)))
