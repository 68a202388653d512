"""Task 2.6. Shorter sequences get zeros in front, on which the bias moves the state before the first word.

Witness:
    m.early_gradients(p, [x[:3], x[:2]], [2, 1])
"""


def early_gradients(params, sequences, targets):
    longest, out = max(map(len, sequences)), []
    for x, target in zip(sequences, targets):
        pad = longest - len(x)
        h, _, y_hat = bptt.forward(params, np.vstack([np.zeros((pad, x.shape[1])), x]), np.zeros(len(params["b"])))
        g = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        for t in range(longest, pad + 1, -1):
            g = g @ bptt.dh_dh_prev(h[t], params["W_h"])
        out.append(np.linalg.norm(g))
    return np.array(out)
