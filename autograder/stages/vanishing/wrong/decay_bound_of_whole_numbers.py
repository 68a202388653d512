"""Task 2.2. The bound of a matrix of integers has integers in it.

Witness:
    m.decay_bound(np.array([[1, 1], [0, 1]]), 3)
"""

_decay_bound = decay_bound


def decay_bound(W_h, t):
    return _decay_bound(W_h, t).astype(np.asarray(W_h).dtype)
