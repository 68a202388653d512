"""Task 3.5. The surface holds log10 of the losses, as the picture needs them.

Witness:
    m.loss_surface(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0]), 0.5, 2, 0.1)
"""


def loss_surface(ws, bs, h_0, steps, target):
    return np.log10(np.array([[scalar_rnn_loss(w, b, h_0, steps, target) for w in ws] for b in bs]))
