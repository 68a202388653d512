"""Task 3.5. The state of one point of the grid is where the next one starts.

Witness:
    m.loss_surface(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0]), 0.5, 1, 0.1)
"""


def loss_surface(ws, bs, h_0, steps, target):
    surface, h = np.zeros((len(bs), len(ws))), h_0
    for i, b in enumerate(bs):
        for j, w in enumerate(ws):
            for _ in range(steps):
                h = 1 / (1 + np.exp(-(w * h + b)))
            surface[i, j] = (h - target) ** 2
    return surface
