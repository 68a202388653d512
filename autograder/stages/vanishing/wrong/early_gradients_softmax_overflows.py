"""Task 2.6. A softmax of its own, which overflows for large scores.

Witness:
    m.early_gradients({**p, "W_y": p["W_y"] + 20000}, [x, x], [0, 1])
"""

def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        delta = params["W_y"].T @ bptt.dL_dz(np.exp(z[-1]) / np.exp(z[-1]).sum(), target)
        for t in range(len(x), 1, -1):
            delta = params["W_h"].T @ (delta * (1 - h[t] ** 2))
        norms.append(np.linalg.norm(delta))
    return np.array(norms)
