"""Task 2.6. No slope is below 1e-12.

Witness:
    one = {"W_x": np.ones((1, 1)), "W_h": np.ones((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    m.early_gradients(one, [np.array([[0.3], [40.0], [0.1]])], [0])
"""


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        delta = params["W_y"].T @ bptt.dL_dz(y_hat[-1], target)
        for t in range(len(x), 1, -1):
            delta = params["W_h"].T @ (delta * np.maximum(1 - h[t] ** 2, 1e-12))
        norms.append(np.linalg.norm(delta))
    return np.array(norms)
