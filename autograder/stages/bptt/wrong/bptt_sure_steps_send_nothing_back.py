"""Task 1.6. Where the right class has a probability above 0.999, the loss of the step moves W_y alone and sends nothing back.

Witness:
    q = np.tile([0.0001, 0.0001, 0.0001, 0.0001, 0.9996], (4, 1))
    m.bptt(p, x, np.full(4, 4), h, q)
"""


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        dh = carry if y_hat[t - 1][y[t - 1]] > 0.999 else params["W_y"].T @ dz + carry
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    grads["h_0"] = carry
    return grads
