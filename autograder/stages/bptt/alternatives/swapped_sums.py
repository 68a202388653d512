"""Equation (4) with its two sums in the other order, and Horner's rule for each sum over k."""

import numpy as np


def softmax(z):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp(np.subtract(z, z.max(axis=-1, keepdims=True)))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def cross_entropy(y_hat_t, y_t):
    return -np.log(np.dot(y_hat_t, np.arange(y_hat_t.shape[0]) == y_t))


def forward(params, x, h_0):
    T = x.shape[0]
    h = np.full((T + 1, h_0.shape[0]), np.nan)
    z = np.full((T, params["W_y"].shape[0]), np.nan)
    y_hat = np.full_like(z, np.nan)
    h[0, :] = h_0
    for t in range(T):
        a = params["W_h"] @ h[t]
        a += params["W_x"] @ x[t]
        a += params["b"]
        h[t + 1] = 2 / (1 + np.exp(-2 * a)) - 1                # tanh by the logistic function
        z[t] = params["W_y"] @ h[t + 1]
        y_hat[t] = softmax(z[t])
    return h, z, y_hat


def dL_dyhat(y_hat_t, y_t):
    return np.array([0.0 if v != y_t else -1.0 / y_hat_t[v] for v in range(y_hat_t.size)])


def dyhat_dz(y_hat_t):
    J = -np.outer(y_hat_t, y_hat_t)
    J.flat[:: J.shape[0] + 1] += y_hat_t
    return J


def dL_dz(y_hat_t, y_t):
    grad = y_hat_t.copy()
    np.subtract.at(grad, [y_t], 1.0)
    return grad


def dz_dh(W_y):
    return np.ascontiguousarray(W_y)


def dh_dh_prev(h_t, W_h):
    J = W_h.copy()
    J *= (1 - h_t * h_t)[:, None]
    return J


def dh_dW_x(h_t, x_t):
    out = np.zeros((h_t.size, h_t.size, x_t.size))
    for i, slope in enumerate(1 - h_t * h_t):
        out[i, i] = slope * x_t
    return out


def dh_dh(h, W_h, t, k):
    T = h.shape[0] - 1
    if k > t:
        raise ValueError(f"k = {k} is later than t = {t}")
    if not (0 <= k <= T and 0 <= t <= T):
        raise ValueError(f"steps run from 0 to {T}")
    J = np.eye(W_h.shape[0])
    for slope in 1 - h[k + 1:t + 1] ** 2:
        J = slope[:, None] * (W_h @ J)
    return J


def term(params, x, y, h, y_hat, t, k):
    g = params["W_y"].T @ dL_dz(y_hat[t - 1], y[t - 1])
    for i in range(t, k, -1):
        g = params["W_h"].T @ ((1 - h[i] ** 2) * g)
    return np.outer((1 - h[k] ** 2) * g, x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t):
    total, g = np.zeros(params["W_x"].shape), params["W_y"].T @ dL_dz(y_hat[t - 1], y[t - 1])
    for k in range(t, 0, -1):
        delta = (1 - h[k] ** 2) * g
        total += np.outer(delta, x[k - 1])
        g = params["W_h"].T @ delta
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    total, reach = np.zeros(params["W_x"].shape), np.zeros(h.shape[1])
    for k in range(len(x), 0, -1):
        reach = reach + params["W_y"].T @ dL_dz(y_hat[k - 1], y[k - 1])   # the losses t >= k, all at once
        reach = (1 - h[k] ** 2) * reach
        total += np.outer(reach, x[k - 1])
        reach = params["W_h"].T @ reach
    return total


def bptt(params, x, y, h, y_hat):
    T = x.shape[0]
    dz = y_hat - (y[:, None] == np.arange(y_hat.shape[1]))
    deltas = [np.zeros(h.shape[1])]
    for t in range(T, 0, -1):
        through = params["W_h"].T @ deltas[-1] if t < T else 0.0
        deltas.append((1 - h[t] ** 2) * (params["W_y"].T @ dz[t - 1] + through))
    da = np.array(deltas[:0:-1])
    return {"W_x": np.tensordot(da, x, axes=(0, 0)), "W_h": np.tensordot(da, h[:-1], axes=(0, 0)),
            "b": np.ones(T) @ da, "W_y": np.tensordot(dz, h[1:], axes=(0, 0)), "h_0": da[0] @ params["W_h"]}


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.zeros_like(theta, dtype=float)
    for i in range(theta.size):
        where = np.unravel_index(i, theta.shape)
        kept = 1.0 * theta
        kept[where] = theta[where] + eps
        up = f(kept)
        kept[where] = theta[where] - eps
        down = f(kept)
        grad[where] = up / (2 * eps) - down / (2 * eps)
    return grad


def relative_error(a, b):
    denominator = np.linalg.norm(a) + np.linalg.norm(b)
    if denominator == 0.0:
        return 0.0
    return np.linalg.norm(b - a) / denominator


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in params:
        copy = {key: value.copy() for key, value in params.items()}

        def f(theta, copy=copy, name=name):
            copy[name] = theta
            return loss(copy)

        errors[name] = relative_error(grads[name], numerical_gradient(f, params[name], eps))
    return errors
