"""Thin functions in front of a class that keeps a cache of each step."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Step:
    x: np.ndarray
    h_before: np.ndarray
    h: np.ndarray
    y_hat: np.ndarray
    y: int


class Layer:
    def __init__(self, params):
        self.W_x, self.W_h, self.b, self.W_y = (params[key] for key in ("W_x", "W_h", "b", "W_y"))
        self.grads = {key: np.zeros_like(value, dtype=float) for key, value in params.items()}

    def step(self, x_t, h_before):
        h_t = np.tanh(x_t @ self.W_x.T + h_before @ self.W_h.T + self.b)
        return h_t, h_t @ self.W_y.T

    def back(self, step, from_later):
        dz = step.y_hat.copy()
        dz[step.y] -= 1.0
        self.grads["W_y"] += dz[:, None] * step.h
        dh = dz @ self.W_y + from_later
        da = dh - dh * step.h * step.h
        self.grads["W_x"] += da[:, None] * step.x
        self.grads["W_h"] += da[:, None] * step.h_before
        self.grads["b"] += da
        return da @ self.W_h


def softmax(z):
    top = np.max(z, axis=-1)
    return np.exp(z - top[..., None]) / np.exp(z - top[..., None]).sum(axis=-1)[..., None]


def cross_entropy(y_hat_t, y_t):
    return 0.0 - float(np.log(y_hat_t[int(y_t)]))


def forward(params, x, h_0):
    layer, h, z = Layer(params), [np.array(h_0, dtype=float)], []
    for x_t in x:
        h_t, z_t = layer.step(x_t, h[-1])
        h.append(h_t)
        z.append(z_t)
    return np.vstack(h), np.vstack(z), np.vstack([softmax(z_t) for z_t in z])


def dL_dyhat(y_hat_t, y_t):
    out = np.zeros_like(y_hat_t)
    np.put(out, y_t, -1.0 / np.take(y_hat_t, y_t))
    return out


def dyhat_dz(y_hat_t):
    out = -y_hat_t[:, None] * y_hat_t[None, :]
    out[np.diag_indices_from(out)] += y_hat_t
    return out


def dL_dz(y_hat_t, y_t):
    return np.where(np.arange(y_hat_t.size) == y_t, y_hat_t - 1.0, y_hat_t)


def dz_dh(W_y):
    return W_y.copy()


def dh_dh_prev(h_t, W_h):
    return W_h - (h_t**2)[:, None] * W_h


def dh_dW_x(h_t, x_t):
    H = h_t.size
    out = np.zeros((H, H, x_t.size))
    out[np.arange(H), np.arange(H)] = (1 - h_t**2)[:, None] * x_t
    return out


def dh_dh(h, W_h, t, k):
    if t >= h.shape[0] or k < 0 or t < k:
        raise ValueError(f"{t=}, {k=}")
    jacobian = np.eye(h.shape[1])
    for i in range(t, k, -1):
        jacobian = jacobian @ dh_dh_prev(h[i], W_h)
    return jacobian


def term(params, x, y, h, y_hat, t, k):
    row = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    for i in range(t, k, -1):
        row = (row * (1 - h[i] ** 2)) @ params["W_h"]
    return (row * (1 - h[k] ** 2))[:, None] * x[k - 1][None, :]


def dL_dW_x(params, x, y, h, y_hat, t):
    row, total = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"], 0.0
    for k in range(t, 0, -1):
        row = row * (1 - h[k] ** 2)
        total = total + np.outer(row, x[k - 1])
        row = row @ params["W_h"]
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(1, len(x) + 1) for t in range(k, len(x) + 1))


def bptt(params, x, y, h, y_hat):
    layer = Layer(params)
    steps = [Step(x[i], h[i], h[i + 1], y_hat[i], int(y[i])) for i in range(len(x))]
    later = np.zeros(h.shape[1])
    while steps:
        later = layer.back(steps.pop(), later)
    return {**layer.grads, "h_0": later}


def numerical_gradient(f, theta, eps=1e-5):
    moved = theta.astype(float)
    out = np.zeros(theta.shape)
    for where, value in np.ndenumerate(theta):
        moved[where] = value + eps
        above = f(moved)
        moved[where] = value - eps
        below = f(moved)
        moved[where] = value
        out[where] = 0.5 * (above - below) / eps
    return out


def relative_error(a, b):
    a, b = np.ravel(a), np.ravel(b)
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    report = {}
    for name, theta in params.items():
        def moved(value, name=name):
            return loss({key: value if key == name else other for key, other in params.items()})
        report[name] = relative_error(numerical_gradient(moved, theta, eps=eps), grads[name])
    return report
