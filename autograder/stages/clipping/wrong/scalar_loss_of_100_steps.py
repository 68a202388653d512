"""Task 3.4. No more than 100 steps are made.

Witness:
    m.scalar_rnn_loss(4.0, -2.0, 0.9, 400, 0.0)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(min(steps, 100)):
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))
    return (h - target) ** 2
