"""Task 1.2. Subtracts the largest score of all steps: a step far below it has no probabilities.

Witness:
    one = {"W_x": np.eye(1) * 9, "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.array([[900.0], [1000.0]])}
    m.forward(one, np.array([[1.0], [-1.0]]), np.zeros(1))
"""

_forward = forward


def forward(params, x, h_0):
    h, z, _ = _forward(params, x, h_0)
    e = np.exp(z - z.max())
    return h, z, e / e.sum(axis=1, keepdims=True)
