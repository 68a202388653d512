"""Task 2.2. A sigma above 1 is taken for 1, since a bound above 1 says nothing.

Witness:
    m.decay_bound(2 * np.eye(2), 3)
"""


def decay_bound(W_h, t):
    return min(np.linalg.norm(W_h, 2), 1.0) ** np.arange(t, -1, -1)
