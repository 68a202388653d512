"""Task 3.5. Once a coordinate is beyond 1,000 the path stays where it is.

Witness:
    m.descend((3e5, -1.5e5), 2e8, 1, 0.5, 1, 0.7)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        grad = np.array(scalar_rnn_grad(*path[-1], h_0, steps, target))
        if threshold is not None:
            clipped, _ = clip_by_norm({"w": grad[0], "b": grad[1]}, threshold)
            grad = np.array([clipped["w"], clipped["b"]])
        path.append(path[-1] - lr * grad if np.abs(path[-1]).max() <= 1e3 else path[-1])
    return np.array(path)
