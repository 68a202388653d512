"""Column vectors (H, 1) throughout, and a backward pass that runs its own forward pass again."""

import numpy as np


def column(v):
    return np.asarray(v, dtype=float).reshape(-1, 1)


def softmax(z):
    rows = np.atleast_2d(z)
    out = np.vstack([softmax_row(row) for row in rows])
    return out.reshape(np.shape(z))


def softmax_row(row):
    e = np.exp(row - np.max(row))
    return e / np.sum(e)


def cross_entropy(y_hat_t, y_t):
    onehot = np.zeros((1, y_hat_t.size))
    onehot[0, y_t] = 1
    return -np.log(onehot @ column(y_hat_t)).item()


def forward(params, x, h_0):
    T, H = len(x), len(h_0)
    h, z = np.zeros((T + 1, H)), np.zeros((T, len(params["W_y"])))
    state = column(h_0)
    h[0] = state[:, 0]
    for t in range(1, T + 1):
        state = np.tanh(params["W_h"] @ state + params["W_x"] @ column(x[t - 1]) + column(params["b"]))
        h[t] = state.ravel()
        z[t - 1] = (params["W_y"] @ state).ravel()
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    out = np.zeros(y_hat_t.size)
    out[y_t] -= y_hat_t[y_t] ** -1
    return out


def dyhat_dz(y_hat_t):
    return np.diagflat(y_hat_t) - column(y_hat_t) * column(y_hat_t).T


def dL_dz(y_hat_t, y_t):
    return (dyhat_dz(y_hat_t).T @ column(dL_dyhat(y_hat_t, y_t))).ravel()


def dz_dh(W_y):
    return np.asfortranarray(W_y)


def dh_dh_prev(h_t, W_h):
    return np.diagflat(1 - h_t**2).dot(W_h)


def dh_dW_x(h_t, x_t):
    return np.diagflat(1 - h_t**2).reshape(len(h_t), len(h_t), 1) @ np.reshape(x_t, (1, 1, len(x_t)))


def dh_dh(h, W_h, t, k):
    if k > t:
        raise ValueError("k > t")
    if k < 0 or t >= len(h):
        raise ValueError("no such step")
    out = np.eye(len(W_h))
    for i in reversed(range(k + 1, t + 1)):
        out = np.matmul(out, dh_dh_prev(h[i], W_h))
    return out


def term(params, x, y, h, y_hat, t, k):
    delta = params["W_y"].T @ column(dL_dz(y_hat[t - 1], y[t - 1]))
    delta = dh_dh(h, params["W_h"], t, k).T @ delta
    return (delta * (1 - column(h[k]) ** 2)) @ column(x[k - 1]).T


def dL_dW_x(params, x, y, h, y_hat, t):
    parts = np.zeros((t, *params["W_x"].shape))
    for k in range(1, t + 1):
        parts[k - 1] = term(params, x, y, h, y_hat, t, k)
    return parts.sum(axis=0)


def dLtotal_dW_x(params, x, y, h, y_hat):
    t, out = 0, np.zeros(params["W_x"].shape)
    while t < len(x):
        t += 1
        out += dL_dW_x(params, x, y, h, y_hat, t)
    return out


def bptt(params, x, y, h, y_hat):
    h, _, y_hat = forward(params, x, h[0])
    grads = {name: np.zeros(np.shape(value)) for name, value in params.items()}
    dh_next = np.zeros((h.shape[1], 1))
    for t in range(len(x), 0, -1):
        dz = column(y_hat[t - 1])
        dz[y[t - 1], 0] -= 1
        dh = params["W_y"].T @ dz + dh_next
        da = (1 - column(h[t]) ** 2) * dh
        grads["W_y"] += dz @ column(h[t]).T
        grads["W_h"] += da @ column(h[t - 1]).T
        grads["W_x"] += da @ column(x[t - 1]).T
        grads["b"] += da.ravel()
        dh_next = params["W_h"].T @ da
    grads["h_0"] = dh_next.ravel()
    return grads


def numerical_gradient(f, theta, eps=1e-5):
    flat = theta.reshape(-1).astype(float)
    out = np.zeros(flat.size)
    for i in range(flat.size):
        e = np.zeros(flat.size)
        e[i] = eps
        out[i] = (f((flat + e).reshape(theta.shape)) - f((flat - e).reshape(theta.shape))) / (2.0 * eps)
    return out.reshape(theta.shape)


def relative_error(a, b):
    distance = np.hypot.reduce(np.ravel(a) - np.ravel(b))
    size = np.hypot.reduce(np.ravel(a)) + np.hypot.reduce(np.ravel(b))
    return distance / size if size != 0 else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    errors = dict.fromkeys(params, 0.0)
    for name in errors:
        numerical = numerical_gradient(lambda theta, name=name: loss({**params, name: theta}), params[name], eps)
        errors[name] = relative_error(grads[name], numerical)
    return errors
