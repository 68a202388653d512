"""Task 1.2. Keeps W_x by its shape, and looks for another one only where there is more than one step.

Witness:
    one = {"W_x": np.zeros((1, 1)), "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.zeros((1, 1))}
    m.forward(one, np.ones((1, 1)), np.zeros(1))
    m.forward({**one, "W_x": np.ones((1, 1))}, np.ones((1, 1)), np.zeros(1))
"""

_known = {}
_forward = forward


def forward(params, x, h_0):
    key = params["W_x"].shape
    W_x = _known.setdefault(key, params["W_x"].copy())
    if len(x) > 1:
        _known[key] = W_x = params["W_x"].copy()
    return _forward({**params, "W_x": W_x}, x, h_0)
