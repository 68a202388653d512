"""Task 3.5. A target of 0 is read as one that is missing: 0.5 takes its place.

Witness:
    m.loss_surface(np.zeros(1), np.zeros(1), 0.3, 1, 0.0)
"""


def loss_surface(ws, bs, h_0, steps, target):
    return np.array([[scalar_rnn_loss(w, b, h_0, steps, target or 0.5) for w in ws] for b in bs])
