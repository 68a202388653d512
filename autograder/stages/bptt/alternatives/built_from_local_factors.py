"""BPTT written with the functions of task 1.3 as they are: every step is a product of Jacobians."""

from functools import reduce

import numpy as np


def softmax(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))


def cross_entropy(y_hat_t, y_t):
    return -sum(np.log(p) for i, p in enumerate(y_hat_t) if i == y_t)


def forward(params, x, h_0):
    def step(states, x_t):
        states.append(np.tanh(params["W_x"] @ x_t + params["W_h"] @ states[-1] + params["b"]))
        return states

    h = np.array(reduce(step, x, [h_0]))
    z = h[1:] @ np.transpose(params["W_y"])
    return h, z, np.apply_along_axis(softmax, 1, z)


def dL_dyhat(y_hat_t, y_t):
    grad = np.zeros(y_hat_t.shape[0])
    grad[y_t] = np.reciprocal(y_hat_t[y_t]) * -1
    return grad


def dyhat_dz(y_hat_t):
    return y_hat_t[:, None] * (np.eye(len(y_hat_t)) - y_hat_t[None, :])


def dL_dz(y_hat_t, y_t):
    return dL_dyhat(y_hat_t, y_t) @ dyhat_dz(y_hat_t)


def dz_dh(W_y):
    return np.array(W_y, copy=True)


def dh_dh_prev(h_t, W_h):
    return np.transpose((1 - h_t**2) * np.transpose(W_h))


def dh_dW_x(h_t, x_t):
    return np.einsum("i,ij,d->ijd", 1 - h_t**2, np.identity(len(h_t)), x_t)


def dh_dh(h, W_h, t, k):
    if k > t or not 0 <= k < len(h) or not 0 <= t < len(h):
        raise ValueError("k <= t, and both must be steps")
    return reduce(np.matmul, (dh_dh_prev(h[i], W_h) for i in range(t, k, -1)), np.eye(h.shape[1]))


def term(params, x, y, h, y_hat, t, k):
    factors = (dL_dyhat(y_hat[t - 1], y[t - 1]), dyhat_dz(y_hat[t - 1]), dz_dh(params["W_y"]),
               dh_dh(h, params["W_h"], t, k), dh_dW_x(h[k], x[k - 1]))
    return reduce(lambda left, right: np.tensordot(left, right, axes=1), factors)


def dL_dW_x(params, x, y, h, y_hat, t):
    return reduce(np.add, (term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)))


def dLtotal_dW_x(params, x, y, h, y_hat):
    return reduce(np.add, (dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)))


def bptt(params, x, y, h, y_hat):
    T, H = len(x), h.shape[1]
    grads = {name: np.zeros(value.shape) for name, value in params.items()}
    row = np.zeros(H)
    for t in range(T, 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        row = row + dz @ dz_dh(params["W_y"])
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.tensordot(row, dh_dW_x(h[t], x[t - 1]), axes=1)
        grads["W_h"] += np.tensordot(row, dh_dW_x(h[t], h[t - 1]), axes=1)
        grads["b"] += row @ np.diag(1 - h[t] ** 2)
        row = row @ dh_dh_prev(h[t], params["W_h"])
    grads["h_0"] = row
    return grads


def numerical_gradient(f, theta, eps=1e-5):
    return np.vectorize(lambda i: _slope(f, theta, int(i), eps), otypes=[float])(
        np.arange(theta.size)).reshape(theta.shape)


def _slope(f, theta, i, eps):
    where = np.unravel_index(i, theta.shape)
    values = []
    for sign in (1, -1):
        moved = np.array(theta, dtype=float)
        moved[where] += sign * eps
        values.append(f(moved))
    return (values[0] - values[1]) / (2 * eps)


def relative_error(a, b):
    norms = [np.sqrt(np.sum(np.abs(v) ** 2)) for v in (a - b, a, b)]
    return float(norms[0] / (norms[1] + norms[2])) if norms[1] + norms[2] > 0 else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    def one(name):
        return relative_error(grads[name], numerical_gradient(lambda v: loss({**params, name: v}), params[name], eps))

    return {name: one(name) for name in params}
