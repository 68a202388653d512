"""Task 3.5. A second call with the same start goes on where the first one ended.

Witness:
    m.descend((2.0, -1.0), 0.5, 3, 0.5, 1, 0.1)
    m.descend((2.0, -1.0), 0.5, 3, 0.5, 1, 0.1)
"""


_ends = {}


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    key = tuple(map(float, start))
    path = [_ends.get(key, np.array(start, dtype=float))]
    for _ in range(n_updates):
        dw, db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        g = {"w": dw, "b": db}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        path.append(path[-1] - lr * np.array([g["w"], g["b"]]))
    _ends[key] = path[-1]
    return np.array(path)
