"""Task 1.6. The states are clipped to ±0.999 before the slopes are taken.

Witness:
    steep = h.copy()
    steep[2] = 0.99999
    m.bptt(p, x, y, steep, y_hat)
"""

def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        dh = params["W_y"].T @ dz + carry
        da = (1 - np.clip(h[t], -0.999, 0.999) ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    grads["h_0"] = carry
    return grads
