"""Task 3.5. The learning rate falls by 1 % a step.

Witness:
    m.descend((2.0, -1.0), 0.5, 5, 0.5, 1, 0.1)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for k in range(n_updates):
        dw, db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        g = {"w": dw, "b": db}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        path.append(path[-1] - lr * 0.99 ** k * np.array([g["w"], g["b"]]))
    return np.array(path)
