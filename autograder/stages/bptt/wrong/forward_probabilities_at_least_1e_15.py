"""Task 1.2. No probability is below 1e-15.

Witness:
    one = {"W_x": np.eye(1) * 9, "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.array([[0.0], [50.0]])}
    m.forward(one, np.array([[1.0]]), np.zeros(1))
"""

_forward = forward


def forward(params, x, h_0):
    h, z, y_hat = _forward(params, x, h_0)
    return h, z, np.clip(y_hat, 1e-15, 1)
