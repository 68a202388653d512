"""Task 1.6. The error left over at step 1 is kept in the module and enters the next call at step T, as the state does in stateful training.

Witness:
    m.bptt(*args)
    m.bptt(*args)
"""


_left = {}


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    grads = {name: np.zeros(np.shape(theta)) for name, theta in params.items()}
    carry = np.zeros(H)
    for t in range(T, 0, -1):
        carry = _left.pop(H, carry) if t == T else carry
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        dh = params["W_y"].T @ dz + carry
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    grads["h_0"] = carry
    _left[H] = carry
    return grads
