"""Returns lists nested fifty thousand deep.

loses: cross_entropy
tells: nested
"""


def cross_entropy(y_hat_t, y_t):
    value = []
    for _ in range(50_000):
        value = [value]
    return value
