"""Task 3.4. The loop ends where the state moves by less than 1e-10; by a fixed point that drives it away it would have moved on.

Witness:
    m.scalar_rnn_loss(6.0, -3.0, 0.5 + 1e-11, 100, 0.0)
"""


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        old = h
        h = np.exp(-np.logaddexp(0.0, -(w * h + b)))
        if abs(h - old) < 1e-10:
            break
    return (h - target) ** 2
