"""Task 3.4. A start of 0 is taken for none, and is 1/2.

Witness:
    m.scalar_rnn_loss(2.0, 0.1, 0.0, 2, 0.3)
"""

_scalar_rnn_loss = scalar_rnn_loss


def scalar_rnn_loss(w, b, h_0, steps, target):
    return _scalar_rnn_loss(w, b, h_0 or 0.5, steps, target)
