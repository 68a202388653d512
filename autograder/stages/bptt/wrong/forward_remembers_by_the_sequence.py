"""Task 1.2. A run is remembered by x and h_0 alone: other parameters get the states of the first.

Witness:
    one = {"W_x": np.zeros((1, 1)), "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.zeros((1, 1))}
    m.forward(one, np.zeros((1, 1)), np.zeros(1))
    m.forward({**one, "b": np.ones(1)}, np.zeros((1, 1)), np.zeros(1))
"""

_runs = {}
_forward = forward


def forward(params, x, h_0):
    key = x.tobytes(), h_0.tobytes(), x.shape
    if key not in _runs:
        _runs[key] = _forward(params, x, h_0)
    return tuple(part.copy() for part in _runs[key])
