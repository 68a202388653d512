"""Task 3.4. h_0 is held between 0 and 1, where the states are.

Witness:
    m.scalar_rnn_loss(0.5, 0.1, -2.0, 2, 0.3)
"""

_scalar_rnn_loss = scalar_rnn_loss


def scalar_rnn_loss(w, b, h_0, steps, target):
    return _scalar_rnn_loss(w, b, min(max(h_0, 0.0), 1.0), steps, target)
