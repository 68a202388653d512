"""Task 3.4. Central differences in place of BPTT: wrong in the sixth digit, and far off at the cliff.

Witness:
    m.scalar_rnn_grad(8.0, -4.0, 0.5, 20, 0.2)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    eps = 1e-5
    dw = (scalar_rnn_loss(w + eps, b, h_0, steps, target) - scalar_rnn_loss(w - eps, b, h_0, steps, target)) / (2 * eps)
    db = (scalar_rnn_loss(w, b + eps, h_0, steps, target) - scalar_rnn_loss(w, b - eps, h_0, steps, target)) / (2 * eps)
    return dw, db
