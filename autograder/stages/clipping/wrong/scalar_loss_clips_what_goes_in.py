"""Task 3.4. w h + b is clipped to [-5, 5], so that nothing saturates.

Witness:
    m.scalar_rnn_loss(9.0, 0.0, 1.0, 1, 0.5)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = 1 / (1 + np.exp(-np.clip(w * h + b, -5, 5)))
    return (h - target) ** 2
