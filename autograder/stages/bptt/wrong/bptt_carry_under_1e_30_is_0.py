"""Task 1.6. What is carried back counts as 0 below 1e-30.

Witness:
    small = {**p, "W_h": 1e-12 * p["W_h"]}
    sure = np.vstack([np.eye(5)[y[:3]], y_hat[3:]])
    m.bptt(small, x, y, h, sure)["h_0"]
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
        carry[np.abs(carry) < 1e-30] = 0
    grads["h_0"] = carry
    return grads
