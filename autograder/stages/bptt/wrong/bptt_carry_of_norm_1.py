"""Task 1.6. The error that is carried back is scaled to a norm of 1 where it is longer.

Witness:
    m.bptt(*flat(30))
At most: 9 points
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
        length = np.linalg.norm(carry)
        carry = carry / length if length > 1 else carry
    grads["h_0"] = carry
    return grads
