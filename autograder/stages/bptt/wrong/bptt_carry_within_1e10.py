"""Task 1.6. What is carried back is clipped to 1e10.

Witness:
    net = flat(50)
    net[4][:-1] = [1, 0, 0]
    net[0]["W_h"][:] = 3
    m.bptt(*net)["h_0"] == 0, np.log(np.abs(m.bptt(*net)["h_0"]) + 1e-300)
"""


def bptt(params, x, y, h, y_hat):
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(len(params["b"]))
    for t in range(len(x), 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        da = (1 - h[t] ** 2) * (params["W_y"].T @ dz + carry)
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = np.clip(params["W_h"].T @ da, -1e10, 1e10)
    grads["h_0"] = carry
    return grads
