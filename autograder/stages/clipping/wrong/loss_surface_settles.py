"""Task 3.5. The states are taken as settled where they move by less than 1e-8; near a fixed point that drives them away they do move on.

Witness:
    m.loss_surface(np.array([6.0]), np.array([-3.0]), 0.5 + 1e-10, 100, 0.0)
"""


def loss_surface(ws, bs, h_0, steps, target):
    w, b = np.asarray(ws, dtype=float)[None, :], np.asarray(bs, dtype=float)[:, None]
    h = np.full((len(bs), len(ws)), float(h_0))
    for _ in range(steps):
        a = w * h + b
        e = np.exp(-np.abs(a))
        new = np.where(a >= 0, 1 / (1 + e), e / (1 + e))
        if np.allclose(new, h, rtol=0, atol=1e-8):      # settled: nothing more will happen
            h = new
            break
        h = new
    return (h - target) ** 2
