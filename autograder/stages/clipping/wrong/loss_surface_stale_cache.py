"""Task 3.5. The surface is remembered by the grid from call to call: another h_0, number of steps or target gives the first
one's.

Witness:
    m.loss_surface(np.array([1.0]), np.array([0.0]), 1.0, 1, 0.0)
    m.loss_surface(np.array([1.0]), np.array([0.0]), 1.0, 1, 1.0)
"""


_surfaces = {}


def loss_surface(ws, bs, h_0, steps, target):
    key = ws.tobytes(), bs.tobytes()
    if key not in _surfaces:
        _surfaces[key] = np.array([[scalar_rnn_loss(w, b, h_0, steps, target) for w in ws] for b in bs])
    return _surfaces[key].copy()
