"""Task 1.2. A bias whose entries add up to 0 is taken for one of zeros.

Witness:
    m.forward({**p, "b": np.array([0.5, -0.75, 0.25])}, x, h_0)
"""

_forward = forward


def forward(params, x, h_0):
    return _forward(params if np.sum(params["b"]) else {**params, "b": np.zeros(len(params["b"]))}, x, h_0)
