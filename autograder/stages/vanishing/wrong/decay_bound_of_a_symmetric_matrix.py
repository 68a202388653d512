"""Task 2.2. The largest absolute eigenvalue of the symmetric part.

Witness:
    m.decay_bound(np.array([[0.0, 0.9], [-0.9, 0.0]]), 2)
"""


def decay_bound(W_h, t):
    sigma = np.abs(np.linalg.eigvalsh((W_h + W_h.T) / 2)).max()
    return sigma ** np.arange(t, -1, -1)
