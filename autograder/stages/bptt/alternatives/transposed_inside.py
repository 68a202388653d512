"""Time on the last axis inside, transposed weights, extended precision where the machine has it."""

import numpy as np

WIDE = np.longdouble


def softmax(z):
    wide = np.asarray(z, dtype=WIDE)
    e = np.exp(wide.T - np.max(wide, axis=-1).T)
    return np.asarray((e / np.sum(e, axis=0)).T, dtype=float)


def cross_entropy(y_hat_t, y_t):
    return float(-np.log(WIDE(y_hat_t[y_t])))


def forward(params, x, h_0):
    A, B, C = params["W_h"].T.copy(), params["W_x"].T.copy(), params["W_y"].T.copy()
    h = np.zeros((len(h_0), len(x) + 1), order="F")
    h[:, 0] = h_0
    for t in range(1, len(x) + 1):
        h[:, t] = np.tanh(h[:, t - 1] @ A + x[t - 1] @ B + params["b"])
    z = (C.T @ h[:, 1:]).T
    return h.T, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    return np.where(np.arange(len(y_hat_t)) == y_t, -1 / y_hat_t[y_t], 0.0)


def dyhat_dz(y_hat_t):
    p = np.asarray(y_hat_t, dtype=WIDE)
    return np.asarray(np.diag(p) - p[:, None] * p, dtype=float)


def dL_dz(y_hat_t, y_t):
    grad = list(map(float, y_hat_t))
    grad[y_t] = grad[y_t] - 1
    return np.array(grad)


def dz_dh(W_y):
    return W_y.T.copy().T


def dh_dh_prev(h_t, W_h):
    return (W_h.T * (1 - h_t**2)).T


def dh_dW_x(h_t, x_t):
    out = np.zeros((len(x_t), len(h_t), len(h_t)))
    out[:] = np.diag(1 - h_t**2)
    return np.moveaxis(out * np.reshape(x_t, (-1, 1, 1)), 0, -1)


def dh_dh(h, W_h, t, k):
    if t - k < 0 or k < 0 or t > len(h) - 1:
        raise ValueError("bad steps")
    product = np.eye(len(W_h), dtype=WIDE)
    for i in range(k, t):
        product = (1 - np.asarray(h[i + 1], dtype=WIDE) ** 2)[:, None] * (np.asarray(W_h, dtype=WIDE) @ product)
    return product.astype(float)


def term(params, x, y, h, y_hat, t, k):
    right_to_left = dyhat_dz(y_hat[t - 1]) @ (dz_dh(params["W_y"]) @ dh_dh(h, params["W_h"], t, k))
    left = dL_dyhat(y_hat[t - 1], y[t - 1]) @ right_to_left
    return np.sum(left[:, None, None] * dh_dW_x(h[k], x[k - 1]), axis=0)


def dL_dW_x(params, x, y, h, y_hat, t):
    if t == 0:
        return np.zeros_like(params["W_x"])
    rows = np.array([dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
                     for k in range(1, t + 1)])
    return (rows * (1 - h[1:t + 1] ** 2)).T @ x[:t]


def dLtotal_dW_x(params, x, y, h, y_hat):
    if len(x) == 1:
        return dL_dW_x(params, x, y, h, y_hat, 1)
    return dLtotal_dW_x(params, x[:-1], y[:-1], h[:-1], y_hat[:-1]) + dL_dW_x(params, x, y, h, y_hat, len(x))


def bptt(params, x, y, h, y_hat):
    T = len(x)
    h, dz = h.T, y_hat.T.copy()
    dz[y, np.arange(T)] -= 1
    dh = params["W_y"].T @ dz                             # (H, T)
    for t in range(T - 1, 0, -1):                         # column t becomes complete before column t - 1 needs it
        dh[:, t - 1] += params["W_h"].T @ ((1 - h[:, t + 1] ** 2) * dh[:, t])
    da = (1 - h[:, 1:] ** 2) * dh
    return {"b": da @ np.ones(T), "W_x": da @ x, "W_h": da @ h[:, :-1].T, "W_y": dz @ h[:, 1:].T,
            "h_0": (params["W_h"].T @ da)[:, 0]}


def numerical_gradient(f, theta, eps=1e-5):
    def shifted(where, by):
        step = np.zeros(theta.shape)
        step[where] = by
        return f(theta + step)

    grad = np.zeros(theta.shape)
    for where in np.ndindex(theta.shape):
        grad[where] = (shifted(where, eps) - shifted(where, -eps)) / (2 * eps)
    return grad


def relative_error(a, b):
    a, b = np.asarray(a, dtype=WIDE).ravel(), np.asarray(b, dtype=WIDE).ravel()
    scale = np.sqrt(a @ a) + np.sqrt(b @ b)
    return float(np.sqrt((a - b) @ (a - b)) / scale) if scale > 0 else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    def numerical(name):
        return numerical_gradient(lambda value: loss({**params, name: value}), params[name], eps)
    return {name: relative_error(numerical(name), grads[name]) for name in params}
