"""Task 3.4. σ is taken for 0 or 1 where its argument is beyond 30.

Witness:
    m.scalar_rnn_loss(0.0, -32.0, 0.3, 1, 0.0)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        a = w * h + b
        h = 0.0 if a < -30 else 1.0 if a > 30 else 1 / (1 + np.exp(-a))
    return (h - target) ** 2
