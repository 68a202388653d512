"""Task 2.2. exp(lag · log sigma): 0 · -Inf is NaN at lag 0 for W_h = 0.

Witness:
    m.decay_bound(np.zeros((2, 2)), 2)
"""


def decay_bound(W_h, t):
    return np.exp(np.arange(t, -1, -1) * np.log(np.linalg.norm(W_h, 2)))
