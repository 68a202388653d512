"""Right numbers in whatever container is at hand: matrices, masked arrays, lists, other dicts, 0-d arrays, other kinds of numbers."""

from collections import OrderedDict, UserDict, UserList, deque
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace

import numpy as np


class Name(str):
    """A name that knows what it is for."""


class Vector(np.ndarray):
    """An array with a name."""


def named(values):
    return np.asarray(values).view(Vector)


def softmax(z):
    e = np.exp(np.asarray(z, dtype=np.longdouble) - np.max(z))
    return np.ma.masked_array(e / e.sum(), mask=False)


def cross_entropy(y_hat_t, y_t):
    p = float(y_hat_t[y_t])
    return np.array(-np.log(p)) if p != 1 else Fraction(0)


def forward(params, x, h_0):
    at = SimpleNamespace(**params)
    h = deque([np.asarray(h_0, dtype=float)])
    for x_t in x:
        h.append(np.tanh(at.W_h @ h[-1] + at.W_x @ x_t + at.b))
    z = [at.W_y @ h_t for h_t in list(h)[1:]]
    return {"h": h, "z": UserList(z), "y_hat": np.array([softmax(z_t) for z_t in z], dtype=object)}.values()


def dL_dyhat(y_hat_t, y_t):
    return [-1 / p if i == y_t else 0 for i, p in enumerate(y_hat_t.tolist())]


def dyhat_dz(y_hat_t):
    return np.matrix(np.diag(y_hat_t)) - np.matrix(y_hat_t).T * np.matrix(y_hat_t)


def dL_dz(y_hat_t, y_t):
    return tuple(Decimal(float(p)) - (1 if i == y_t else 0) for i, p in enumerate(y_hat_t))


def dz_dh(W_y):
    return memoryless(W_y)


def memoryless(values):
    return np.array(values, dtype=">f8", order="F")


def dh_dh_prev(h_t, W_h):
    return (np.diag(1 - h_t**2) @ W_h).astype(complex)


def dh_dW_x(h_t, x_t):
    return [[[(1 - h**2) * x if i == j else 0.0 for x in x_t.tolist()] for j in range(len(h_t))] for i, h in enumerate(h_t.tolist())]


def dh_dh(h, W_h, t, k):
    class OutOfRange(IndexError, ValueError):
        """No such step."""

    if k < 0 or not k <= t < len(h):
        raise OutOfRange
    product = np.asmatrix(np.eye(len(W_h)))
    for h_i in h[k + 1:t + 1]:
        product = np.real(dh_dh_prev(h_i, W_h)) * product
    return product


def term(params, x, y, h, y_hat, t, k):
    error = np.array(dL_dz(y_hat[t - 1], y[t - 1]), dtype=float) @ params["W_y"] @ np.asarray(dh_dh(h, params["W_h"], t, k))
    return named(np.outer(error * (1 - h[k] ** 2), x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.ma.array([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)]).sum(axis=0)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.asmatrix(bptt(params, x, y, h, y_hat)["W_x"])


def bptt(params, x, y, h, y_hat):
    grads = UserDict({Name(key): np.zeros(value.shape) for key, value in params.items()})
    carry = np.zeros(len(params["b"]))
    for t in range(len(x), 0, -1):
        dz = y_hat[t - 1] - np.eye(y_hat.shape[1])[y[t - 1]]
        da = (1 - h[t] ** 2) * (dz @ params["W_y"] + carry)
        for key, left, right in (("W_y", dz, h[t]), ("W_x", da, x[t - 1]), ("W_h", da, h[t - 1])):
            grads[key] += np.outer(left, right)
        grads["b"] += da
        carry = da @ params["W_h"]
    return MappingProxyType(OrderedDict(grads) | {Name("h_0"): named(carry)})


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=np.longdouble)
    out = np.empty(theta.shape, dtype=object)
    for place in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


def relative_error(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return np.array(0) if scale == 0 else np.linalg.norm(np.subtract(a, b)) / np.longdouble(scale)


def gradient_check(loss, params, grads, eps=1e-5):
    return UserDict({Name(key): relative_error(np.array(grads[key], dtype=float), np.array(
        numerical_gradient(lambda value, key=key: loss({**params, key: np.asarray(value, dtype=float)}), theta, eps), dtype=float))
        for key, theta in params.items()})
