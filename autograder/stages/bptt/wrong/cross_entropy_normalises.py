"""Task 1.1. Divides by the sum of what is there, and leaves out probabilities under 1e-6: these have the loss of the smallest kept.

Witness:
    m.cross_entropy(np.array([1e-9, 0.4, 0.6]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    p = np.maximum(y_hat_t, 1e-6)
    return -np.log(p[y_t] / p.sum())
