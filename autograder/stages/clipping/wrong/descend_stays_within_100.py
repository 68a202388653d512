"""Task 3.5. w and b are kept between -100 and 100.

Witness:
    m.descend((300.0, -150.0), 0.5, 1, 0.5, 1, 0.7)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        dL_dw, dL_db = scalar_rnn_grad(*path[-1], h_0, steps, target)
        grads = {'w': dL_dw, 'b': dL_db}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path.append(np.clip(path[-1] - lr * np.array([grads['w'], grads['b']]), -100, 100))
    return np.array(path)
