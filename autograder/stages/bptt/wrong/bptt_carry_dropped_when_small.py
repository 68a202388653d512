"""Task 1.6. An error under 1e-8 is not carried on.

Witness:
    q, _, _, h, _ = flat(20)
    q = {**q, "W_h": np.array([[0.1]])}
    y_hat = np.vstack([np.tile([1.0, 0.0, 0.0], (19, 1)), [[0.2, 0.3, 0.5]]])
    m.bptt(q, np.zeros((20, 2)), np.zeros(20, int), h, y_hat)["h_0"]
"""


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        dh = params["W_y"].T @ dz + carry
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
        if np.abs(carry).max() < 1e-8:
            carry = np.zeros(H)
    grads["h_0"] = carry
    return grads
