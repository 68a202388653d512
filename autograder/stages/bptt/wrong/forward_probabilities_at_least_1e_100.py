"""Task 1.2. No probability is below 1e-100.

Witness:
    m.forward({**p, "W_y": 300 * np.sign(p["W_y"])}, 5 * x, h_0)[2]
"""

_forward = forward


def forward(params, x, h_0):
    h, z, y_hat = _forward(params, x, h_0)
    return h, z, np.maximum(y_hat, 1e-100)
