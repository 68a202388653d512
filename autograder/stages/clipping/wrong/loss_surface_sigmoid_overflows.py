"""Task 3.5. A sigmoid of its own for whole arrays: e^a / (1 + e^a) is NaN where a is above 709.

Witness:
    m.loss_surface(np.array([1.0, 1000.0]), np.array([0.0, 1.0]), 1.0, 1, 0.1)
"""


def loss_surface(ws, bs, h_0, steps, target):
    h = np.full((len(bs), len(ws)), float(h_0))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            e = np.exp(ws[None, :] * h + bs[:, None])
            h = e / (1 + e)
    return (h - target) ** 2
