"""Scans by functools.reduce and itertools.accumulate, cached factors, generators, np.float32 where a share is no matter."""
from functools import lru_cache, partial, reduce
from itertools import accumulate, pairwise

import numpy as np


def softmax(z):
    z = np.asarray(z, dtype=np.longdouble)
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True)).astype(float)


def cross_entropy(y_hat_t, y_t):
    with np.errstate(divide="ignore"):
        return np.negative(np.log(np.take(y_hat_t, [y_t])))[0].item()


def _step(params, h, x_t):
    return np.tanh(np.hstack([params["W_h"], params["W_x"], params["b"][:, None]]) @ np.concatenate([h, x_t, [1.0]]))


def forward(params, x, h_0):
    h = [*accumulate(x, partial(_step, params), initial=np.array(h_0, float))]
    z = [params["W_y"] @ h_t for h_t in h[1:]]
    return h, z, [softmax(z_t) for z_t in z]


def dL_dyhat(y_hat_t, y_t):
    return [-1 / p if i == y_t else 0.0 for i, p in enumerate(y_hat_t)]


def dyhat_dz(y_hat_t):
    p = np.asarray(y_hat_t)[:, None]
    return np.eye(len(p)) * p - p @ p.T


def dL_dz(y_hat_t, y_t):
    return np.subtract(y_hat_t, np.arange(len(y_hat_t)) == y_t)


def dz_dh(W_y):
    return W_y


def dh_dh_prev(h_t, W_h):
    return np.einsum("i,ij->ij", (1 - h_t) * (1 + h_t), W_h)


def dh_dW_x(h_t, x_t):
    return np.multiply.outer(np.diag((1 - h_t) * (1 + h_t)), x_t)


def dh_dh(h, W_h, t, k):
    if t not in range(len(h)) or k not in range(t + 1):
        raise ValueError("no such steps")
    return reduce(lambda product, h_i: dh_dh_prev(h_i, W_h) @ product, h[k + 1:t + 1], np.identity(len(W_h)))


def _backwards(params, x, y, h, y_hat, t):
    """dL_t/dh_k for k = t, t - 1, ..., 1."""
    error = params["W_y"].T @ dL_dz(y_hat[t - 1], y[t - 1])
    return accumulate(range(t, 1, -1), lambda e, i: e @ dh_dh_prev(h[i], params["W_h"]), initial=error)


def term(params, x, y, h, y_hat, t, k):
    error = next(e for i, e in zip(range(t, 0, -1), _backwards(params, x, y, h, y_hat, t)) if i == k)
    return np.outer(error * (1 - h[k] ** 2), x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.sum([np.outer(e * (1 - h[k] ** 2), x[k - 1])
                   for k, e in zip(range(t, 0, -1), _backwards(params, x, y, h, y_hat, t))], axis=0)


def dLtotal_dW_x(params, x, y, h, y_hat):
    @lru_cache(maxsize=None)
    def of(t):
        return dL_dW_x(params, x, y, h, y_hat, t)
    return reduce(np.add, map(of, range(1, len(x) + 1)))


def bptt(params, x, y, h, y_hat):
    dz = np.array([dL_dz(p, c) for p, c in zip(y_hat, y)])
    slopes = 1 - np.square(h[1:])

    def back(later, now):
        slope, error = now
        return slope * (error + params["W_h"].T @ later)

    errors = dz @ params["W_y"]
    da = [*accumulate(zip(slopes[::-1], errors[::-1]), back, initial=np.zeros(len(params["b"])))][:0:-1]
    da = np.array(da)
    grads = {"W_y": dz.T @ h[1:], "b": np.ones(len(x)) @ da, "h_0": params["W_h"].T @ da[0]}
    grads |= {"W_h": np.einsum("ti,tj->ij", da, h[:-1]), "W_x": np.einsum("ti,td->id", da, x)}
    return grads


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    grad = np.empty_like(theta)
    with np.nditer(theta, flags=["multi_index"], op_flags=["readwrite"]) as entries:
        for entry in entries:
            old, values = entry.copy(), []
            for step in (eps, -eps):
                entry[...] = old + step
                values.append(f(theta.copy()))
            entry[...] = old
            grad[entries.multi_index] = (values[0] - values[1]) / 2 / eps
    return grad


def relative_error(a, b):
    a, b = np.ravel(a), np.ravel(b)
    scale = np.sqrt(a @ a) + np.sqrt(b @ b)
    return np.float64(scale and np.sqrt(np.square(a - b).sum()) / scale)


def gradient_check(loss, params, grads, eps=1e-5):
    def one(name):
        return relative_error(grads[name], numerical_gradient(lambda theta: loss(dict(params, **{name: theta})), params[name], eps))
    return dict(zip(params, map(one, params)))
