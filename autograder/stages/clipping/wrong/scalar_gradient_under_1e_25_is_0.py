"""Task 3.4. Derivatives below 1e-25 are 0.

Witness:
    m.scalar_rnn_grad(0.0, 0.0, 1e-100, 1, -1.0)
"""

_scalar_rnn_grad = scalar_rnn_grad


def scalar_rnn_grad(w, b, h_0, steps, target):
    return tuple(0.0 if abs(g) < 1e-25 else g for g in _scalar_rnn_grad(w, b, h_0, steps, target))
