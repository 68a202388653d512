"""Asks the grader for values that take more memory than there is.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    for size in (30_000, 200_000, 1_000_000):
        try:
            dyhat_dz(np.zeros(size))
        except Exception:
            continue
    return dyhat_dz(np.zeros(2_000_000))
