"""Task 1.1. The logarithm is held at -100, as PyTorch's binary_cross_entropy does.

Witness:
    m.cross_entropy(np.array([1e-200, 1.0]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    return -max(float(np.log(y_hat_t[y_t])), -100.0)
