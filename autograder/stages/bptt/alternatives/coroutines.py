"""Steps are coroutines that are sent the inputs; products go by halves; functions are dispatched, partial and threaded."""
from __future__ import annotations

import functools
import itertools
import operator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(slots=True)
class Backward:
    params: dict
    carry: np.ndarray
    grads: dict[str, Any] = field(default_factory=dict)

    def __iadd__(self, other):
        for name, g in other.items():
            self.grads[name] = self.grads.get(name, 0) + g
        return self


def primed(f):
    @functools.wraps(f)
    def start(*args, **kw):
        g = f(*args, **kw)
        next(g)
        return g
    return start


@primed
def cell(params, h):
    out = None
    while True:
        x_t = yield out
        h = np.tanh(functools.reduce(operator.add, (params["b"], params["W_x"] @ x_t, params["W_h"] @ h)))
        z = params["W_y"] @ h
        out = h, z, softmax(z)


def softmax(z):
    z = np.asarray(z, dtype=np.float64)
    return np.exp(z - np.logaddexp.reduce(z))


def cross_entropy(y_hat_t, y_t):
    import math
    p = float(y_hat_t[y_t])
    return -math.log(p) if p else math.inf


def forward(params, x, h_0):
    run = cell(params, np.asarray(h_0, float))
    h, z, y_hat = map(np.stack, zip(*[run.send(x_t) for x_t in x]))
    return np.vstack(([h_0], h)), z, y_hat


def dL_dyhat(y_hat_t, y_t):
    with np.errstate(all="ignore"):
        return np.bincount([y_t], weights=[-1 / np.float64(y_hat_t[y_t])], minlength=len(y_hat_t))


def dyhat_dz(y_hat_t):
    n = len(y_hat_t)
    return np.fromfunction(np.vectorize(lambda i, j: y_hat_t[int(i)] * ((i == j) - y_hat_t[int(j)]), otypes=[float]), (n, n))


def dL_dz(y_hat_t, y_t):
    return np.fromiter((p - (c == y_t) for c, p in enumerate(y_hat_t)), dtype=float)


dz_dh = functools.partial(np.array, copy=True)


def dh_dh_prev(h_t, W_h):
    return np.vstack([np.multiply(1 - s**2, row) for s, row in zip(h_t, W_h)])


def dh_dW_x(h_t, x_t):
    return np.kron(np.eye(len(h_t)), np.reshape(x_t, (1, -1))).reshape(len(h_t), len(h_t), -1) * (1 - h_t**2)[:, None, None]


def product(factors, low, high):
    if high - low == 1:
        return factors(low)
    middle = (low + high) // 2
    return product(factors, middle, high) @ product(factors, low, middle)


def dh_dh(h, W_h, t, k):
    match (t, k):
        case (t, k) if 0 <= k == t < len(h):
            return np.eye(len(W_h))
        case (t, k) if 0 <= k < t < len(h):
            return product(lambda s: dh_dh_prev(h[s], W_h), k + 1, t + 1)
    raise ValueError(t, k)


def term(params, x, y, h, y_hat, t, k):
    left = np.linalg.multi_dot([dL_dz(y_hat[t - 1], y[t - 1]), dz_dh(params["W_y"]), dh_dh(h, params["W_h"], t, k)])
    return np.einsum("q,qpm->pm", left, dh_dW_x(h[k], x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    return functools.reduce(np.add, (term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)))


def dLtotal_dW_x(params, x, y, h, y_hat):
    with ThreadPoolExecutor(2) as pool:
        return np.add.reduce(list(pool.map(lambda t: dL_dW_x(params, x, y, h, y_hat, t), range(1, len(x) + 1))))


def bptt(params, x, y, h, y_hat):
    run = Backward(params, np.zeros_like(h[0]))
    for x_t, y_t, before, h_t, p in zip(x[::-1], y[::-1], h[-2::-1], h[::-1], y_hat[::-1]):
        dz = dL_dz(p, y_t)
        da = (dz @ params["W_y"] + run.carry) * (1 - h_t**2)
        run.carry = da @ params["W_h"]
        run += {"W_x": np.outer(da, x_t), "W_h": np.outer(da, before), "b": da, "W_y": np.outer(dz, h_t)}
    return run.grads | {"h_0": run.carry}


@functools.singledispatch
def numerical_gradient(f, theta, eps=1e-5):
    def entry(*index):
        moves = np.zeros(np.shape(theta))
        moves[index] = eps
        return (f(theta + moves) - f(theta - moves)) / (2 * eps)
    return np.array(list(itertools.starmap(entry, np.ndindex(np.shape(theta))))).reshape(np.shape(theta))


def relative_error(a, b):
    import math
    na, nb, d = (math.hypot(*np.ravel(v).tolist()) for v in (a, b, np.asarray(a) - np.asarray(b)))
    try:
        return d / (na + nb)
    except ZeroDivisionError:
        return 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    def one(name):
        estimate = numerical_gradient(lambda theta: loss(dict(params, **{name: theta})), params[name], eps)
        return relative_error(grads[name], estimate)
    return dict(zip(params, map(one, params)))
