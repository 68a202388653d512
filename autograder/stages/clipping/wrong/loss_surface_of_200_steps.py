"""Task 3.5. The surface is that of 200 steps at most.

Witness:
    m.loss_surface(np.array([4.0]), np.array([-2.0]), 0.9, 400, 0.0)
"""


def loss_surface(ws, bs, h_0, steps, target):
    return np.array([[scalar_rnn_loss(w, b, h_0, min(steps, 200), target) for w in ws] for b in bs])
