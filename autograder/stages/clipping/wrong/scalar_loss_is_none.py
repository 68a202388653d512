"""Task 3.4. Neither a loss nor a gradient.

At most: 0 points

Witness:
    m.scalar_rnn_loss(1.0, 0.0, 0.0, 1, 0.25), m.scalar_rnn_grad(2.0, -1.0, 0.5, 1, 0.1)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    return float("nan")


def scalar_rnn_grad(w, b, h_0, steps, target):
    return float("nan"), float("nan")
