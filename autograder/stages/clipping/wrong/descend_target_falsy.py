"""Task 3.5. A target of 0 is read as one that is missing: 0.5 takes its place.

Witness:
    m.descend((1.0, 0.0), 1.0, 1, 0.5, 2, 0.0)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    target = target or 0.5
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {"w": dL_dw, "b": dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path.append(path[-1] - lr * np.array([grads["w"], grads["b"]]))
    return np.array(path)
