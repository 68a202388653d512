"""Task 2.2. With two units sigma comes from the formula with squares, which overflow.

Witness:
    m.decay_bound(1e200 * np.array([[1.0, 2.0], [3.0, 4.0]]), 1)
"""

_decay_bound = decay_bound


def decay_bound(W_h, t):
    if len(W_h) != 2:
        return _decay_bound(W_h, t)
    s = (W_h * W_h).sum()
    return np.sqrt((s + np.sqrt(max(s * s - 4 * np.linalg.det(W_h) ** 2, 0))) / 2) ** np.arange(t, -1.0, -1)
