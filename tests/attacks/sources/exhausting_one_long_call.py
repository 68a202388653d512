"""Computes for minutes inside one call of a library, which nothing written in Python can interrupt.

loses: cross_entropy
tells: seconds of CPU time
"""


def cross_entropy(y_hat_t, y_t):
    return float(abs(np.linalg.eigvals(np.random.default_rng(0).normal(size=(2500, 2500)))).max())
