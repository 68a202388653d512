"""Task 3.5. The surface is an array of the kind of ws: for a grid of integers all losses are 0.

Witness:
    m.loss_surface(np.arange(3), np.arange(2), 0.5, 2, 0.1)
"""


def loss_surface(ws, bs, h_0, steps, target):
    surface = np.zeros((len(bs), len(ws)), dtype=ws.dtype)
    for i, b in enumerate(bs):
        for j, w in enumerate(ws):
            surface[i, j] = scalar_rnn_loss(w, b, h_0, steps, target)
    return surface
