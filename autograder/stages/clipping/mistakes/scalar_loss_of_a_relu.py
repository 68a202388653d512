"""The unit is a ReLU, not σ.

Which function is σ here? Which values can h_t take?
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = max(w * h + b, 0.0)
    return (h - target) ** 2
