"""Task 1.1. Where the best class has a probability of more than 0.99 its loss is taken, whichever class is right.

Witness:
    m.cross_entropy(np.array([0.995, 0.005]), 1)
"""


def cross_entropy(y_hat_t, y_t):
    best = np.max(y_hat_t)
    return -np.log(best if best > 0.99 else y_hat_t[y_t])
