"""Task 3.4. The initial state is brought into (0, 1), where a sigmoid's states are.

Witness:
    m.scalar_rnn_loss(1.0, 0.0, -2.0, 1, 0.5)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = min(max(h_0, 0.0), 1.0)
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(w * h + b)))
    return (h - target) ** 2
