"""Task 3.5. `if threshold:`: a threshold of 0 descends without clipping instead of raising the ValueError of task 3.2.

Witness:
    try:
        m.descend((1.0, 0.0), 0.1, 1, 0.5, 5, 0.7, threshold=0)
        refused = False
    except ValueError:
        refused = True
    refused
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        gw, gb = scalar_rnn_grad(*path[-1], h_0, steps, target)
        g = {"w": gw, "b": gb}
        if threshold:
            g, _ = clip_by_norm(g, threshold)
        path.append(path[-1] - lr * np.array([g["w"], g["b"]]))
    return np.array(path)
