"""Task 3.5. Where the gradient is small, nothing is updated.

Witness:
    m.descend((0.0, -16.0), 1e7, 2, 0.5, 1, 0.7)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {'w': dL_dw, 'b': dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        if abs(dL_dw) + abs(dL_db) < 1e-06:
            path.append(path[-1])
            continue
        path.append(path[-1] - lr * np.array([grads['w'], grads['b']]))
    return np.array(path)
