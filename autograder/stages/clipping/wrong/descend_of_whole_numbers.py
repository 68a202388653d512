"""Task 3.5. The path is an array of the kind of start: from (2, -1) in integers every point is cut.

Witness:
    m.descend(np.array([2, -1]), 0.5, 2, 0.5, 3, 0.1)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    start = np.array(start)
    path = np.zeros((n_updates + 1, 2), dtype=start.dtype)
    path[0] = start
    for k in range(n_updates):
        dw, db = scalar_rnn_grad(*path[k], h_0, steps, target)
        g = {"w": dw, "b": db}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        path[k + 1] = path[k] - lr * np.array([g["w"], g["b"]])
    return path
