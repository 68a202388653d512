"""Task 2.6. The states have the type of the sequence: for sequences of integers they are cut to 0.

Witness:
    params = {"W_x": np.ones((1, 1)), "W_h": np.ones((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [0.0]])}
    m.early_gradients(params, [np.array([[1], [1]])], [0])
"""


def early_gradients(params, sequences, targets):
    norms = np.zeros(len(targets))
    for i, (x, target) in enumerate(zip(sequences, targets)):
        h = np.zeros_like(x, shape=(len(x) + 1, len(params["b"])))
        for t in range(1, len(x) + 1):
            h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"])
        g = bptt.dL_dz(bptt.softmax(params["W_y"] @ h[-1]), target) @ params["W_y"]
        for t in range(len(x), 1, -1):
            g = g @ bptt.dh_dh_prev(h[t], params["W_h"])
        norms[i] = np.linalg.norm(g)
    return norms
