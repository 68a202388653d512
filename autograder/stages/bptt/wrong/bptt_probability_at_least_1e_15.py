"""Task 1.6. The right class has a probability of 1e-15 at least, which the two first factors of (3) do not forgive.

Witness:
    q = np.array([[1 - 1e-20, 1e-20, 0, 0, 0]])
    m.bptt(p, x[:1], np.array([1]), h[:2], q)
"""

def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dyhat(np.maximum(y_hat[t - 1], 1e-15), y[t - 1]) @ dyhat_dz(y_hat[t - 1])
        dh = params["W_y"].T @ dz + carry
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    grads["h_0"] = carry
    return grads
