"""Task 3.5. The gradient by b is taken at the new w.

Witness:
    m.descend((5.0, -2.5), 0.5, 3, 0.5, 4, 0.2)
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    w, b = start
    if threshold is not None and threshold <= 0:
        raise ValueError("threshold")
    path = [(w, b)]
    for _ in range(n_updates):
        dw, db = scalar_rnn_grad(w, b, h_0, steps, target)
        db = scalar_rnn_grad(w - lr * dw, b, h_0, steps, target)[1] if threshold is None else db
        if threshold is not None:
            dw, db = clip_by_norm({"": np.array([dw, db])}, threshold)[0][""]
        w, b = w - lr * dw, b - lr * db
        path.append((w, b))
    return np.array(path)
