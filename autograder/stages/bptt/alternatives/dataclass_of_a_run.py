from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Net:
    W_x: Array
    W_h: Array
    b: Array
    W_y: Array

    @classmethod
    def of(cls, params: dict[str, Array]) -> Net:
        return cls(params["W_x"], params["W_h"], params["b"], params["W_y"])

    def states(self, x: Array, h: Array) -> Iterator[Array]:
        yield h
        for x_t in x:
            h = np.tanh(self.W_h @ h + self.W_x @ x_t + self.b)
            yield h

    @property
    def hidden(self) -> int:
        return self.W_h.shape[0]


@dataclass
class Gradients:
    """Sums that grow on the way back."""

    net: Net
    inputs: int
    W_x: Array = field(init=False)
    W_h: Array = field(init=False)
    b: Array = field(init=False)
    W_y: Array = field(init=False)
    h: Array = field(init=False)

    def __post_init__(self) -> None:
        H = self.net.hidden
        self.W_x = np.zeros((H, self.inputs))
        self.W_h = np.zeros((H, H))
        self.b = np.zeros(H)
        self.W_y = np.zeros(self.net.W_y.shape)
        self.h = np.zeros(H)

    def step(self, x_t: Array, h_before: Array, h_t: Array, dz: Array) -> None:
        self.W_y += np.outer(dz, h_t)
        error = (self.h + self.net.W_y.T @ dz) * (1 - h_t * h_t)
        self.W_x += np.outer(error, x_t)
        self.W_h += np.outer(error, h_before)
        self.b += error
        self.h = self.net.W_h.T @ error

    def as_dict(self) -> dict[str, Array]:
        return {"W_x": self.W_x, "W_h": self.W_h, "b": self.b, "W_y": self.W_y, "h_0": self.h}


@dataclass
class Factor:
    """One factor of equation (3), multiplied with >> from left to right."""

    value: Array

    def __rshift__(self, other: Factor) -> Factor:
        return Factor(np.tensordot(self.value, other.value, axes=(-1, 0)))


def softmax(z: Array) -> Array:
    shifted = np.exp(z - np.amax(z))
    return shifted / np.add.reduce(shifted)


def cross_entropy(y_hat_t: Array, y_t: int) -> float:
    p = float(y_hat_t[y_t])
    return float("inf") if p == 0 else -float(np.log(p))


def forward(params, x, h_0):
    net = Net.of(params)
    h = np.array(list(net.states(x, np.asarray(h_0, dtype=float))))
    z = np.array([net.W_y @ h_t for h_t in h[1:]])
    return h, z, np.array([softmax(z_t) for z_t in z])


def dL_dyhat(y_hat_t: Array, y_t: int) -> Array:
    return np.array([-1.0 / p if i == y_t else 0.0 for i, p in enumerate(y_hat_t)])


def dyhat_dz(y_hat_t: Array) -> Array:
    return np.diag(y_hat_t) - np.outer(y_hat_t, y_hat_t)


def dL_dz(y_hat_t: Array, y_t: int) -> Array:
    result = y_hat_t.copy()
    result[y_t] -= 1
    return result


def dz_dh(W_y: Array) -> Array:
    return W_y


def dh_dh_prev(h_t: Array, W_h: Array) -> Array:
    return np.diag(1 - h_t**2) @ W_h


def dh_dW_x(h_t: Array, x_t: Array) -> Array:
    H = len(h_t)
    result = np.zeros((H, H, len(x_t)))
    for i in range(H):
        result[i, i] = (1 - h_t[i] ** 2) * x_t
    return result


def dh_dh(h: Array, W_h: Array, t: int, k: int) -> Array:
    rows = range(len(h))
    if t not in rows or k not in rows or k > t:
        raise ValueError("0 <= k <= t <= T, please")
    result = Factor(np.eye(len(W_h)))
    for i in range(t, k, -1):
        result = result >> Factor(dh_dh_prev(h[i], W_h))
    return result.value


def term(params, x, y, h, y_hat, t, k):
    chain = (Factor(dL_dz(y_hat[t - 1], y[t - 1])) >> Factor(dz_dh(params["W_y"]))
             >> Factor(dh_dh(h, params["W_h"], t, k)) >> Factor(dh_dW_x(h[k], x[k - 1])))
    return chain.value


def dL_dW_x(params, x, y, h, y_hat, t):
    total = np.zeros(params["W_x"].shape)
    for k in range(1, t + 1):
        total += term(params, x, y, h, y_hat, t, k)
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = np.zeros(params["W_x"].shape)
    for t in range(1, len(y) + 1):
        total += dL_dW_x(params, x, y, h, y_hat, t)
    return total


def bptt(params, x, y, h, y_hat):
    grads = Gradients(Net.of(params), x.shape[1])
    for t in range(len(y), 0, -1):
        grads.step(x[t - 1], h[t - 1], h[t], dL_dz(y_hat[t - 1], y[t - 1]))
    return grads.as_dict()


def numerical_gradient(f, theta, eps: float = 1e-5) -> Array:
    moved = np.array(theta, dtype=float)
    result = np.zeros(moved.shape)
    it = np.nditer(theta, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        kept = moved[i]
        moved[i] = kept + eps
        above = f(moved.copy())
        moved[i] = kept - eps
        below = f(moved.copy())
        moved[i] = kept
        result[i] = (above - below) / (2 * eps)
    return result


def relative_error(a: Array, b: Array) -> float:
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    if scale == 0:
        return 0.0
    return np.linalg.norm(a - b) / scale


def gradient_check(loss, params, grads, eps: float = 1e-5) -> dict[str, float]:
    @dataclass
    class Loss:
        name: str

        def __call__(self, value: Array) -> float:
            at = dict(params)
            at[self.name] = value
            return loss(at)

    return {name: float(relative_error(grads[name], numerical_gradient(Loss(name), params[name], eps=eps)))
            for name in params}
