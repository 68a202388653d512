"""Type hints, match statements and a named tuple for what `forward` returns."""
from __future__ import annotations

from collections import OrderedDict
from typing import Callable, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Params: TypeAlias = dict[str, Floats]


class Run(NamedTuple):
    h: Floats
    z: Floats
    y_hat: Floats


class Problem(NamedTuple):
    params: Params
    x: Floats
    y: npt.NDArray[np.int_]
    h: Floats
    y_hat: Floats

    @property
    def T(self) -> int:
        return len(self.x)

    def dL_dh(self, t: int) -> Floats:
        return dL_dz(self.y_hat[t - 1], int(self.y[t - 1])) @ dz_dh(self.params["W_y"])

    def summand(self, t: int, k: int) -> Floats:
        match t - k:
            case 0:
                row = self.dL_dh(t)
            case lag if lag > 0:
                row = self.dL_dh(t) @ dh_dh(self.h, self.params["W_h"], t, k)
            case _:
                raise ValueError("k <= t")
        return np.einsum("i,ijd->jd", row, dh_dW_x(self.h[k], self.x[k - 1]))


def softmax(z: Floats) -> Floats:
    match z.shape:
        case (1,):
            return np.ones(1)
        case (_,):
            e = np.exp(z - z.max())
            return e / e.sum()
        case _:
            return np.apply_along_axis(softmax, -1, z)


def cross_entropy(y_hat_t: Floats, y_t: int) -> float:
    match float(y_hat_t[y_t]):
        case 0.0:
            return float("inf")
        case p:
            return float(-np.log(p))


def forward(params: Params, x: Floats, h_0: Floats) -> Run:
    match params:
        case {"W_x": W_x, "W_h": W_h, "b": b, "W_y": W_y}:
            pass
        case _:
            raise KeyError("params lacks a name")
    h = np.zeros((len(x) + 1, len(h_0)), dtype=float)
    h[0] = h_0
    for before, after, x_t in zip(h[:-1], h[1:], x):
        after[...] = np.tanh(W_h @ before + W_x @ x_t + b)
    z = h[1:] @ W_y.T
    return Run(h, z, softmax(z))


def dL_dyhat(y_hat_t: Floats, y_t: int) -> Floats:
    grad = np.zeros(len(y_hat_t), dtype=np.float64)
    grad[y_t] -= 1.0 / y_hat_t[y_t]
    return grad


def dyhat_dz(y_hat_t: Floats) -> Floats:
    n = len(y_hat_t)
    J = np.empty((n, n))
    for i, j in np.ndindex(n, n):
        match i == j:
            case True:
                J[i, j] = y_hat_t[i] * (1 - y_hat_t[i])
            case False:
                J[i, j] = -y_hat_t[i] * y_hat_t[j]
    return J


def dL_dz(y_hat_t: Floats, y_t: int) -> Floats:
    one_hot = np.zeros_like(y_hat_t)
    one_hot[y_t] = 1.0
    return y_hat_t - one_hot


def dz_dh(W_y: Floats) -> Floats:
    return W_y


def dh_dh_prev(h_t: Floats, W_h: Floats) -> Floats:
    return W_h * (1.0 - h_t**2)[:, np.newaxis]


def dh_dW_x(h_t: Floats, x_t: Floats) -> Floats:
    return np.kron(np.diag(1.0 - h_t**2), x_t).reshape(len(h_t), len(h_t), len(x_t))


def dh_dh(h: Floats, W_h: Floats, t: int, k: int) -> Floats:
    match [t, k, len(h) - 1]:
        case [t, k, T] if 0 <= k <= t <= T:
            J = np.eye(h.shape[1])
            while t > k:
                J = J @ dh_dh_prev(h[t], W_h)
                t -= 1
            return J
        case _:
            raise ValueError("0 <= k <= t <= T does not hold")


def term(params: Params, x: Floats, y: Floats, h: Floats, y_hat: Floats, t: int, k: int) -> Floats:
    return Problem(params, x, y, h, y_hat).summand(t, k)


def dL_dW_x(params: Params, x: Floats, y: Floats, h: Floats, y_hat: Floats, t: int) -> Floats:
    problem = Problem(params, x, y, h, y_hat)
    return np.array([problem.summand(t, k) for k in range(1, t + 1)]).sum(axis=0)


def dLtotal_dW_x(params: Params, x: Floats, y: Floats, h: Floats, y_hat: Floats) -> Floats:
    problem = Problem(params, x, y, h, y_hat)
    return np.array([problem.summand(t, k) for t in range(1, problem.T + 1) for k in range(1, t + 1)]).sum(axis=0)


def bptt(params: Params, x: Floats, y: Floats, h: Floats, y_hat: Floats) -> OrderedDict[str, Floats]:
    problem = Problem(params, x, y, h, y_hat)
    grads = OrderedDict((name, np.zeros(value.shape)) for name, value in params.items())
    dh = np.zeros(h.shape[1])
    for t in range(problem.T, 0, -1):
        dh = dh + problem.dL_dh(t)
        da = dh * (1 - h[t] ** 2)
        for name in grads:
            match name:
                case "W_x":
                    grads[name] += np.outer(da, x[t - 1])
                case "W_h":
                    grads[name] += np.outer(da, h[t - 1])
                case "b":
                    grads[name] += da
                case "W_y":
                    grads[name] += np.outer(dL_dz(y_hat[t - 1], y[t - 1]), h[t])
        dh = da @ params["W_h"]
    grads["h_0"] = dh
    return grads


def numerical_gradient(f: Callable[[Floats], float], theta: Floats, eps: float = 1e-5) -> Floats:
    grad = np.zeros(theta.shape, dtype=np.float64)
    for index in np.ndindex(*theta.shape):
        up, down = theta.astype(np.float64), theta.astype(np.float64)
        up[index] += eps
        down[index] -= eps
        grad[index] = (f(up) - f(down)) / (2.0 * eps)
    return grad


def relative_error(a: Floats, b: Floats) -> float:
    match np.linalg.norm(a), np.linalg.norm(b):
        case 0.0, 0.0:
            return 0.0
        case size_a, size_b:
            return float(np.linalg.norm(np.asarray(a, float) - b) / (size_a + size_b))


def gradient_check(loss: Callable[[Params], float], params: Params, grads: Params, eps: float = 1e-5) -> dict[str, float]:
    def along(name: str) -> Callable[[Floats], float]:
        return lambda theta: loss({**params, name: theta})

    return {name: relative_error(grads[name], numerical_gradient(along(name), params[name], eps)) for name in params}
