"""Lets a list grow without end.

loses: cross_entropy
tells: MemoryError
"""


def cross_entropy(y_hat_t, y_t):
    kept = [bytes(1 << 16)]
    while True:
        kept.append(bytes(1 << 20))
        kept.extend(kept[:1000])
