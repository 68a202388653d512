"""Results are views: time runs backwards in memory, columns first, some read-only; dicts are mappings of other kinds."""
from collections import ChainMap, UserDict
from enum import Enum
from types import MappingProxyType

import numpy as np


class P(str, Enum):
    W_x = "W_x"
    W_h = "W_h"
    b = "b"
    W_y = "W_y"
    h_0 = "h_0"


def softmax(z, /):
    e = np.exp(np.subtract(z, np.max(z)))
    return np.divide(e, np.sum(e))[::-1][::-1]


def cross_entropy(y_hat_t, y_t, /):
    with np.errstate(divide="ignore"):
        return np.negative(np.log(y_hat_t))[y_t, ...]


def forward(params, x, h_0, /):
    backwards = np.empty((len(params["b"]), len(x) + 1))
    backwards[:, -1] = h_0
    for t in range(len(x)):
        backwards[:, -t - 2] = np.tanh(params["W_h"] @ backwards[:, -t - 1] + params["W_x"] @ x[t] + params["b"])
    h = backwards[:, ::-1].T
    z = (params["W_y"] @ h[1:].T).T
    y_hat = np.exp(z.T - z.max(axis=1)).T
    y_hat = np.asfortranarray(y_hat / y_hat.sum(axis=1, keepdims=True))
    y_hat.setflags(write=False)
    return [h, z, y_hat]


def dL_dyhat(y_hat_t, y_t, /):
    with np.errstate(divide="ignore"):
        return np.where(np.arange(len(y_hat_t)) == y_t, -np.reciprocal(np.asarray(y_hat_t, float)), 0)


def dyhat_dz(y_hat_t, /):
    return (np.diagflat(y_hat_t) - np.multiply.outer(y_hat_t, y_hat_t)).T


def dL_dz(y_hat_t, y_t, /):
    out = np.zeros((len(y_hat_t), 2))
    out[:, 0] = y_hat_t
    out[y_t, 0] -= 1
    return out[:, 0]


def dz_dh(W_y, /):
    view = W_y.view()
    view.setflags(write=False)
    return view


def dh_dh_prev(h_t, W_h, /):
    return (W_h.T * (1 - h_t * h_t)).T


def dh_dW_x(h_t, x_t, /):
    out = np.zeros((len(x_t), len(h_t), len(h_t)))
    for d, x in enumerate(x_t):
        np.fill_diagonal(out[d], (1 - h_t * h_t) * x)
    return out.transpose(1, 2, 0)


def dh_dh(h, W_h, t, k, /):
    if k not in range(t + 1) or t not in range(len(h)):
        raise ValueError((t, k))
    out = np.identity(len(W_h))
    for s in range(k + 1, t + 1):
        out = np.asfortranarray(dh_dh_prev(h[s], W_h) @ out)
    return out


def term(params, x, y, h, y_hat, t, k, /):
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    return np.outer(x[k - 1], g * (1 - h[k] * h[k])).T


def dL_dW_x(params, x, y, h, y_hat, t, /):
    return sum((term(params, x, y, h, y_hat, t, k).T for k in range(1, t + 1)), np.zeros(params["W_x"].T.shape)).T


def dLtotal_dW_x(params, x, y, h, y_hat, /):
    return sum((dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)), np.zeros(()))


def bptt(params, x, y, h, y_hat, /):
    dz = np.array(y_hat, order="F")
    np.subtract.at(dz, (np.arange(len(y)), y), 1)
    da, carry = np.zeros((len(x), len(params["b"])))[::-1], np.zeros(len(params["b"]))
    for t in reversed(range(len(x))):
        da[t] = (params["W_y"].T @ dz[t] + carry) * (1 - h[t + 1]) * (1 + h[t + 1])
        carry = params["W_h"].T @ da[t]
    return MappingProxyType({P.h_0: carry, P.b: da.sum(axis=0), P.W_y: (h[1:].T @ dz).T, P.W_x: (x.T @ da).T, P.W_h: (h[:-1].T @ da).T})


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)

    def moved(place, by):
        copy = np.array(theta, order="F")
        copy[place] += by
        return f(copy)
    return np.asfortranarray([(moved(p, eps) - moved(p, -eps)) / 2 / eps for p in np.ndindex(*theta.shape)]).reshape(theta.shape)


def relative_error(a, b, /):
    a, b = np.asarray(a, float), np.asarray(b, float)
    below = np.sqrt((a * a).sum()) + np.sqrt((b * b).sum())
    return np.nan_to_num(np.sqrt(np.square(a - b).sum()) / below) if below else np.zeros(())


def gradient_check(loss, params, grads, eps=1e-5):
    out = UserDict()
    for name in params:
        out[name] = relative_error(grads[name], numerical_gradient(lambda v: loss(ChainMap({name: v}, params)), params[name], eps))
    return out
