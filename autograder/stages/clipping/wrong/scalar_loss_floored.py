"""Task 3.4. A loss is never below 1e-12, for a logarithm that may be taken of it.

Witness:
    m.scalar_rnn_loss(0.0, 0.0, 0.3, 1, 0.5 - 1e-9) > 1e-15
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))  # σ(a) = e^(-log(1 + e^-a)), which does not overflow
    return max((h - target) ** 2, 1e-12)
