"""The unit has no σ.

Which function is σ here? Which values can h_t take?
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = w * h + b
    return (h - target) ** 2
