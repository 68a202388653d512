"""A frozen dataclass with slots for a step, a linked list of steps, np.matrix inside, walrus and complex step."""
from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Iterator

import numpy as np


def softmax(z):
    rest = np.asarray(z, float)[..., None, :] - np.asarray(z, float)[..., :, None]
    with np.errstate(over="ignore"):
        return 1 / np.exp(rest).sum(axis=-1)


def cross_entropy(y_hat_t, y_t):
    return float(np.inf if (p := float(y_hat_t[int(y_t)])) == 0 else -np.log(p))


@dataclass(frozen=True, slots=True)
class Step:
    h: np.ndarray
    before: Step | None = None
    x: np.ndarray | None = None

    def then(self, params, x_t) -> Step:
        a = params["b"] + x_t @ params["W_x"].T
        a += self.h @ params["W_h"].T
        return Step((np.exp(2 * a.clip(-300, 300)) - 1) / (np.exp(2 * a.clip(-300, 300)) + 1), self, x_t)

    def __iter__(self) -> Iterator[Step]:
        step = self
        while step is not None:
            yield step
            step = step.before


def forward(params, x, h_0):
    step = Step(np.asarray(h_0, float))
    for x_t in x:
        step = step.then(params, x_t)
    h = np.array([one.h for one in step])[::-1]
    z = np.asarray(np.matrix(h[1:]) * np.matrix(params["W_y"]).T)
    return h, z, np.apply_along_axis(softmax, 1, z)


def dL_dyhat(y_hat_t, y_t):
    out = np.zeros_like(y_hat_t, dtype=float)
    np.put(out, y_t, -np.reciprocal(float(y_hat_t[y_t])))
    return out


def dyhat_dz(y_hat_t):
    V = len(y_hat_t)
    out = np.empty((V, V))
    for i in range(V):
        for j in range(V):
            out[i, j] = y_hat_t[i] * ((i == j) - y_hat_t[j])
    return out


def dL_dz(y_hat_t, y_t):
    V = len(y_hat_t)
    return np.where(np.arange(V) == y_t, np.asarray(y_hat_t) - 1, y_hat_t)


def dz_dh(W_y):
    return np.matrix(W_y)


def dh_dh_prev(h_t, W_h):
    return np.asmatrix(np.diag(1 - np.power(h_t, 2))) * np.asmatrix(W_h)


def dh_dW_x(h_t, x_t):
    H, D = len(h_t), len(x_t)
    out = np.zeros((H, H, D))
    out[np.arange(H), np.arange(H)] = np.kron(1 - h_t**2, x_t).reshape(H, D)
    return out


def dh_dh(h, W_h, t, k):
    if k == t and 0 <= k < len(h):
        return np.eye(len(W_h))
    if not (0 <= k < t < len(h)):
        raise ValueError(f"t = {t}, k = {k}")
    return reduce(np.dot, [np.asarray(dh_dh_prev(h[i], W_h)) for i in range(t, k, -1)], np.eye(len(W_h)))


def term(params, x, y, h, y_hat, t, k):
    vector = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    return np.einsum("i,ijd->jd", vector, dh_dW_x(h[k], x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    total = np.zeros_like(params["W_x"], dtype=float)
    k = t
    while k:
        total = total + term(params, x, y, h, y_hat, t, k)
        k -= 1
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.add.reduce([term(params, x, y, h, y_hat, t, k) for t in range(1, len(x) + 1) for k in range(1, t + 1)])


class Tape(dict):
    """Gradients that begin as zeros."""

    def __missing__(self, name):
        return 0.0


def bptt(params, x, y, h, y_hat):
    tape, later = Tape(), np.zeros(len(h[0]))
    for t in reversed(range(len(x))):
        dz = dL_dz(y_hat[t], y[t])
        da = (dz @ params["W_y"] + later) * (1 - h[t + 1]) * (1 + h[t + 1])
        for name, part in (("W_y", dz[:, None] * h[t + 1]), ("W_h", da[:, None] * h[t]), ("W_x", da[:, None] * x[t]), ("b", da)):
            tape[name] = tape[name] + part
        later = da @ params["W_h"]
    return {**tape, "h_0": later}


def numerical_gradient(f, theta, eps=1e-5):
    flat = np.asarray(theta, float).ravel()

    def moved(i, by):
        return f((flat + by * np.eye(1, flat.size, i)[0]).reshape(np.shape(theta)))

    return np.reshape([(moved(i, eps) - moved(i, -eps)) / (2 * eps) for i in range(flat.size)], np.shape(theta))


def relative_error(a, b):
    top, left, right = (np.linalg.norm(np.ravel(v)) for v in (np.subtract(a, b), a, b))
    return top / (left + right) if left + right > 0 else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    return {n: relative_error(grads[n], numerical_gradient(lambda v, n=n: loss({**params, n: v}), params[n], eps)) for n in params}
