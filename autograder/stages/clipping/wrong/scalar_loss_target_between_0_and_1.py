"""Task 3.4. The target is held between 0 and 1, where the states are.

Witness:
    m.scalar_rnn_loss(0.5, 0.1, 0.2, 2, 1.5)
"""

_scalar_rnn_loss = scalar_rnn_loss


def scalar_rnn_loss(w, b, h_0, steps, target):
    return _scalar_rnn_loss(w, b, h_0, steps, min(max(target, 0.0), 1.0))
