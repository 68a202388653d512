"""Task 1.2. The scores have the dtype of x: one-hot words of whole numbers give whole scores.

Witness:
    m.forward(p, np.eye(2, dtype=int), h_0)
"""


def forward(params, x, h_0):
    T, V = len(x), len(params["W_y"])
    h, z, y_hat = [np.array(h_0, dtype=float)], np.zeros((T, V), dtype=x.dtype), np.zeros((T, V))
    for t in range(T):
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x[t] + params["b"]))
        z[t] = params["W_y"] @ h[-1]
        y_hat[t] = softmax(z[t])
    return np.array(h), z, y_hat
