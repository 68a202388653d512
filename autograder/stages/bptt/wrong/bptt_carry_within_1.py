"""Task 1.6. The error that is carried back is clipped to ±1 at every step.

Named: bptt-carry-clipped-to-1

Witness:
    m.bptt(*flat(13))
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
        carry = np.clip(carry, -1, 1)
    grads["h_0"] = carry
    return grads
