"""Task 3.4. After 512 steps the state is taken for settled.

Witness:
    m.scalar_rnn_loss(4.0, -2.0, 0.9, 900, 0.0)
"""

_scalar_rnn_loss = scalar_rnn_loss


def scalar_rnn_loss(w, b, h_0, steps, target):
    return _scalar_rnn_loss(w, b, h_0, min(steps, 512), target)
