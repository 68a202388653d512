"""Task 3.4. e^a / (1 + e^a) is Inf / Inf where a is above 709.

Witness:
    m.scalar_rnn_loss(1000.0, 0.0, 1.0, 1, 0.5)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    with np.errstate(all="ignore"):
        for _ in range(steps):
            h = np.exp(w * h + b) / (1 + np.exp(w * h + b))
    return (h - target) ** 2
