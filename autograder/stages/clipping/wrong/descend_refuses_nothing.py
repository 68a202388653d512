"""Task 3.5. Its own clipping of the pair takes any threshold: a negative one turns the step about.

Witness:
    try:
        m.descend((1.0, 0.0), 0.1, 1, 0.5, 5, 0.7, threshold=-1.0)
        refused = False
    except ValueError:
        refused = True
    refused
"""


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(n_updates):
        g = np.array(scalar_rnn_grad(*path[-1], h_0, steps, target))
        norm = np.hypot(*g)
        if threshold is not None and norm >= threshold:
            g = g * (threshold / norm)
        path.append(path[-1] - lr * g)
    return np.array(path)
