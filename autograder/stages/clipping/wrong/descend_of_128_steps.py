"""Task 3.5. The gradient is that of 128 steps of the RNN at most.

Witness:
    m.descend((4.0, -2.0), 0.01, 1, 0.5, 400, 0.2)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, min(steps, 128), target)
        grads = {"w": dL_dw, "b": dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path.append(path[-1] - lr * np.array([grads["w"], grads["b"]]))
    return np.array(path)
