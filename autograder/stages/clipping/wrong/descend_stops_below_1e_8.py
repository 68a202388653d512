"""Task 3.5. The point stays where it is once a step would be shorter than 1e-8.

Witness:
    m.descend((4.0, -2.0), 1.0, 3, 0.5, 1, 0.5 - 2.0**-26)[:, 1] + 2.0
"""

def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        grads = dict(zip(("w", "b"), scalar_rnn_grad(*path[-1], h_0, steps, target)))
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        step = lr * np.array([grads["w"], grads["b"]])
        path.append(path[-1] - (step if np.hypot(*step) >= 1e-8 else 0.0))
    return np.array(path)
