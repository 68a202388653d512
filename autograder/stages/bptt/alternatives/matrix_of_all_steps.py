"""dL_total/dh for all steps at once: a solve with the block matrix I - J, in blocks of steps."""

import numpy as np

BLOCK = 4


def softmax(z):
    m = np.max(z, axis=-1, keepdims=True)
    log_sum = m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True))
    return np.exp(z - log_sum)


def cross_entropy(y_hat_t, y_t):
    return -np.log(y_hat_t.item(y_t))


def forward(params, x, h_0):
    h = np.zeros((x.shape[0] + 1, params["b"].shape[0]))
    h[0] = h_0
    for t in range(x.shape[0]):
        h[t + 1] = np.tanh(np.sum(params["W_h"] * h[t], axis=1) + np.sum(params["W_x"] * x[t], axis=1) + params["b"])
    z = np.inner(h[1:], params["W_y"])
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    return np.append(np.append(np.zeros(y_t), -1 / y_hat_t[y_t]), np.zeros(len(y_hat_t) - y_t - 1))


def dyhat_dz(y_hat_t):
    return np.diag(y_hat_t) @ (np.eye(len(y_hat_t)) - np.tile(y_hat_t, (len(y_hat_t), 1)))


def dL_dz(y_hat_t, y_t):
    grad = np.copy(y_hat_t)
    grad[y_t] = -np.sum(np.delete(y_hat_t, y_t))          # 1 - y_hat[y] is the sum of the others
    return grad


def dz_dh(W_y):
    return W_y @ np.eye(W_y.shape[1])


def dh_dh_prev(h_t, W_h):
    return np.multiply(W_h, np.expand_dims(1 - np.power(h_t, 2), axis=1))


def dh_dW_x(h_t, x_t):
    H, D = len(h_t), len(x_t)
    out = np.zeros((H, H * D))
    for i in range(H):
        out[i, i * D:(i + 1) * D] = (1 - h_t[i] ** 2) * x_t
    return out.reshape(H, H, D)


def dh_dh(h, W_h, t, k):
    if k > t or k < 0 or t > h.shape[0] - 1:
        raise ValueError("dh_dh needs 0 <= k <= t <= T")
    H = h.shape[1]
    n = t - k + 1
    system = np.eye(n * H)
    for i in range(1, n):
        system[i * H:(i + 1) * H, (i - 1) * H:i * H] = -dh_dh_prev(h[k + i], W_h)
    start = np.zeros((n * H, H))
    start[:H] = np.eye(H)
    return np.linalg.solve(system, start)[-H:]


def term(params, x, y, h, y_hat, t, k):
    g = np.vecdot(params["W_y"].T, dL_dz(y_hat[t - 1], y[t - 1])) @ dh_dh(h, params["W_h"], t, k)
    return (g - g * h[k] ** 2)[:, None] @ x[k - 1][None, :]


def dL_dW_x(params, x, y, h, y_hat, t):
    total = term(params, x, y, h, y_hat, t, t)
    for k in range(1, t):
        total = total + term(params, x, y, h, y_hat, t, k)
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = dL_dW_x(params, x, y, h, y_hat, 1)
    for t in range(2, len(x) + 1):
        total = total + dL_dW_x(params, x, y, h, y_hat, t)
    return total


def bptt(params, x, y, h, y_hat):
    T, H = len(x), h.shape[1]
    dz = y_hat - np.eye(y_hat.shape[1])[y]
    direct = dz @ params["W_y"]                           # (T, H), dL_t/dh_t
    dh = np.zeros((T, H))
    carry = np.zeros(H)
    for end in range(T, 0, -BLOCK):
        first = max(end - BLOCK, 0)
        n = end - first
        system = np.eye(n * H)                            # (I - J)^T dh = direct, for the steps of this block
        for i in range(1, n):
            jacobian = dh_dh_prev(h[first + i + 1], params["W_h"])
            system[(i - 1) * H:i * H, i * H:(i + 1) * H] = -jacobian.T
        known = direct[first:end].copy()
        known[-1] += carry
        dh[first:end] = np.linalg.solve(system, known.ravel()).reshape(n, H)
        carry = dh[first] @ dh_dh_prev(h[first + 1], params["W_h"])
    da = dh * (1 - h[1:] ** 2)
    return {"W_x": da.T @ x, "W_h": da.T @ h[:T], "b": da.sum(0), "W_y": dz.T @ h[1:], "h_0": carry}


def numerical_gradient(f, theta, eps=1e-5):
    points = [theta + sign * eps * (np.arange(theta.size) == i).reshape(theta.shape)
              for i in range(theta.size) for sign in (1, -1)]
    values = np.array([f(point) for point in points]).reshape(-1, 2)
    return ((values[:, 0] - values[:, 1]) / (2 * eps)).reshape(theta.shape)


def relative_error(a, b):
    if not a.any() and not b.any():
        return 0.0
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        others = {key: value for key, value in params.items() if key != name}

        def f(value, name=name, others=others):
            return loss({**others, name: value})

        numerical = numerical_gradient(f, theta, eps)
        errors[name] = relative_error(numerical, grads[name])
    return errors
