"""Task 2.2. sigma as the root of the largest eigenvalue of W^T W: squares underflow and overflow.

Witness:
    m.decay_bound(1e-200 * np.eye(2), 1)
"""


def decay_bound(W_h, t):
    sigma = np.sqrt(np.linalg.eigvalsh(W_h.T @ W_h)[-1])
    return sigma ** np.arange(t, -1, -1)
