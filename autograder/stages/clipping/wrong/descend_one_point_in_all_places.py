"""Task 3.5. The same array is changed in place and appended: all points of the path are the last one.

Witness:
    m.descend((2.0, -1.0), 0.5, 3, 0.5, 3, 0.1)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    point = np.array(start, dtype=float)
    path = [point]
    for _ in range(n_updates):
        dw, db = scalar_rnn_grad(*point, h_0, steps, target)
        g = {"w": dw, "b": db}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        point -= lr * np.array([g["w"], g["b"]])
        path.append(point)
    return np.array(path)
