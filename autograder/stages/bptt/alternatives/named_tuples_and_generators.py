"""Generators for the passes, a recursion for the long factor."""

from collections import namedtuple
from itertools import accumulate

import numpy as np

Sums = namedtuple("Sums", "W_x W_h b W_y")


def softmax(z):
    scores = np.moveaxis(np.asarray(z), -1, 0)
    e = np.exp(scores - scores.max(axis=0))
    return np.moveaxis(e / e.sum(axis=0), 0, -1)


def cross_entropy(y_hat_t, y_t):
    return np.sum(np.where(np.arange(len(y_hat_t)) == y_t, -np.log(y_hat_t), 0.0))


def forward(params, x, h_0):
    h = np.array(list(accumulate(
        x, lambda h, x_t: np.tanh(params["W_h"] @ h + params["W_x"] @ x_t + params["b"]), initial=h_0)))
    z = np.array([params["W_y"] @ h_t for h_t in h[1:]])
    return [h, z, np.array([softmax(z_t) for z_t in z])]


def dL_dyhat(y_hat_t, y_t):
    grad = np.zeros(len(y_hat_t))
    grad[y_t] -= 1 / y_hat_t[y_t]
    return grad


def dyhat_dz(y_hat_t):
    return np.array([p * (np.arange(len(y_hat_t)) == i) - p * y_hat_t for i, p in enumerate(y_hat_t)])


def dL_dz(y_hat_t, y_t):
    return y_hat_t - np.bincount([y_t], minlength=len(y_hat_t))


def dz_dh(W_y):
    return np.vstack(list(W_y))


def dh_dh_prev(h_t, W_h):
    return np.array([(1 - h_i**2) * row for h_i, row in zip(h_t, W_h)])


def dh_dW_x(h_t, x_t):
    H = len(h_t)
    return np.array([[(1 - h_t[i] ** 2) * x_t if i == j else 0 * x_t for j in range(H)] for i in range(H)])


def dh_dh(h, W_h, t, k):
    if not 0 <= k < len(h) or not 0 <= t < len(h) or t < k:
        raise ValueError(f"dh_{t}/dh_{k} is not defined")
    if t == k:
        return np.eye(len(W_h))
    middle = (t + k) // 2
    if middle == k:
        return dh_dh_prev(h[t], W_h)
    return dh_dh(h, W_h, t, middle) @ dh_dh(h, W_h, middle, k)


def rows_back(params, y, h, y_hat, t):
    """dL_t/dh_k for k = t, ..., 0."""
    row = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    yield row
    for i in range(t, 0, -1):
        row = row @ dh_dh_prev(h[i], params["W_h"])
        yield row


def term(params, x, y, h, y_hat, t, k):
    for i, row in zip(range(t, 0, -1), rows_back(params, y, h, y_hat, t)):
        if i == k:
            return np.outer(row * (1 - h[k] ** 2), x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t):
    back = zip(range(t, 0, -1), rows_back(params, y, h, y_hat, t))
    return sum(np.outer(row * (1 - h[k] ** 2), x[k - 1]) for k, row in back)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.sum(np.stack([dL_dW_x(params, x, y, h, y_hat, t + 1) for t in range(len(x))]), 0)


def backwards(params, x, y, h, y_hat):
    """dL_total/da_t for t = T, ..., 1."""
    da = np.zeros(h.shape[1])
    for t in range(len(x), 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        da = (1 - h[t] ** 2) * (dz @ params["W_y"] + da @ params["W_h"])
        yield t, dz, da


def bptt(params, x, y, h, y_hat):
    sums = Sums(*(np.zeros(params[name].shape) for name in Sums._fields))
    for t, dz, da in backwards(params, x, y, h, y_hat):
        for total, part in zip(sums, (np.outer(da, x[t - 1]), np.outer(da, h[t - 1]), da, np.outer(dz, h[t]))):
            total += part
    return {"h_0": da @ params["W_h"]} | sums._asdict()


def numerical_gradient(f, theta, eps=1e-5):
    def slopes():
        for where in np.ndindex(theta.shape):
            at = [np.array(theta, dtype=float), np.array(theta, dtype=float)]
            at[0][where] -= eps
            at[1][where] += eps
            yield (f(at[1]) - f(at[0])) / (2 * eps)

    return np.fromiter(slopes(), dtype=float, count=theta.size).reshape(theta.shape)


def relative_error(a, b):
    size = [np.linalg.norm(v.reshape(-1)) for v in (a, b)]
    return np.linalg.norm((a - b).reshape(-1)) / sum(size) if any(size) else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    def numerical(name):
        return numerical_gradient(lambda value: loss({**params, name: value}), params[name], eps)

    return {name: relative_error(numerical(name), grads[name]) for name in params}
