"""Task 2.2. sigma^(t - k + 1) for k < t, and 1 at k = t.

Witness:
    m.decay_bound(0.5 * np.eye(2), 2)
"""


def decay_bound(W_h, t):
    bound = np.linalg.norm(W_h, 2) ** np.arange(t + 1, 0, -1)
    bound[-1] = 1
    return bound
