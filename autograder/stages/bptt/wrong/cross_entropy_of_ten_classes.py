"""Task 1.1. Classes are counted modulo ten.

Witness:
    m.cross_entropy(np.arange(1, 21) / 210, 13)
"""

def cross_entropy(y_hat_t, y_t):
    return -np.log(y_hat_t[y_t % 10])
