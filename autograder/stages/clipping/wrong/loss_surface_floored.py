"""Task 3.5. No loss of the surface is below 1e-12, for the logarithm that will be taken of it.

Witness:
    m.loss_surface(np.zeros(1), np.zeros(1), 0.3, 1, 0.5 - 1e-9)[0, 0] > 1e-15
"""


def loss_surface(ws, bs, h_0, steps, target):
    return np.maximum(1e-12, [[scalar_rnn_loss(w, b, h_0, steps, target) for w in ws] for b in bs])
