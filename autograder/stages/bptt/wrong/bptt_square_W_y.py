"""Task 1.6. A square W_y is used the wrong way round.

Witness:
    square = {**p, "W_y": p["W_y"][:3]}
    m.bptt(square, x, np.array([1, 0, 2, 2]), h, y_hat[:, :3])
"""

def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        dh = (params["W_y"] if len(params["W_y"]) == H else params["W_y"].T) @ dz + carry
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    grads["h_0"] = carry
    return grads
