"""Task 3.4. A start of 0 is taken for none, and the first step is left out of both sums.

Witness:
    m.scalar_rnn_grad(2.0, 0.1, 0.0, 1, 0.3)
"""

_scalar_rnn_grad = scalar_rnn_grad


def scalar_rnn_grad(w, b, h_0, steps, target):
    if h_0 == 0 and steps == 1:
        return 0.0, 0.0
    return _scalar_rnn_grad(w, b, h_0, steps, target)
