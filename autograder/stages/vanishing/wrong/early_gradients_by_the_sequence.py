"""Task 2.6. Remembered by the sequence itself: with another target it has the first one's gradient.

Witness:
    m.early_gradients(p, [x, x], [0, 1])
"""

def early_gradients(params, sequences, targets):
    norms = []
    known = {}
    for x, target in zip(sequences, targets):
        if id(x) in known:
            norms.append(known[id(x)])
            continue
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        delta = params["W_y"].T @ bptt.dL_dz(y_hat[-1], target)
        for t in range(len(x), 1, -1):
            delta = params["W_h"].T @ (delta * (1 - h[t] ** 2))
        norms.append(np.linalg.norm(delta))
        known[id(x)] = norms[-1]
    return np.array(norms)
