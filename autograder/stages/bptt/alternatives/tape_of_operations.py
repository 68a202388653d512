"""A small reverse-mode automatic differentiation: a tape of closures, played backwards by bptt."""
from collections import defaultdict, deque

import numpy as np


class Tape:
    def __init__(self):
        self.moves = deque()
        self.grad = defaultdict(float)          # by name

    def record(self, out, *effects):
        """Each effect is (name of an input, function from the gradient of out to that of the input)."""
        self.moves.appendleft((out, effects))

    def play(self):
        for out, effects in self.moves:
            if out in self.grad:
                g = self.grad.pop(out)
                for name, pull in effects:
                    self.grad[name] = self.grad[name] + pull(g)
        return self.grad


def softmax(z):
    e = np.exp(np.subtract(z, np.max(z), dtype=float))
    return np.divide(e, np.sum(e))


def cross_entropy(y_hat_t, y_t):
    with np.errstate(divide="ignore"):
        return np.negative(np.log(y_hat_t[y_t]))


def forward(params, x, h_0):
    T, H, V = len(x), len(h_0), len(params["W_y"])
    h, z, y_hat = np.empty((T + 1, H)), np.empty((T, V)), np.empty((T, V))
    h[0] = h_0
    inputs = np.hstack([x, np.ones((T, 1))])                     # the bias as a weight of a constant input
    W = np.column_stack([params["W_x"], params["b"]])
    for t in range(T):
        h[t + 1] = np.tanh(params["W_h"] @ h[t] + W @ inputs[t])
        z[t] = params["W_y"] @ h[t + 1]
        y_hat[t] = softmax(z[t])
    return h, z, y_hat


def dL_dyhat(y_hat_t, y_t):
    g = np.zeros(len(y_hat_t))
    g[y_t] = np.negative(1 / y_hat_t[y_t])
    return g


def dyhat_dz(y_hat_t):
    return np.stack([p * (unit - y_hat_t) for p, unit in zip(y_hat_t, np.eye(len(y_hat_t)))])


def dL_dz(y_hat_t, y_t):
    g = +y_hat_t
    g[y_t] = g[y_t] - 1
    return g


def dz_dh(W_y):
    return np.asarray(W_y)


def dh_dh_prev(h_t, W_h):
    return np.stack([(1 - s**2) * row for s, row in zip(h_t, W_h)])


def dh_dW_x(h_t, x_t):
    tape = []
    for i in range(len(h_t)):
        block = np.zeros((len(h_t), len(x_t)))
        block[i] = (1 - h_t[i] ** 2) * x_t
        tape.append(block)
    return np.stack(tape)


def dh_dh(h, W_h, t, k):
    if t < k or k < 0 or t > len(h) - 1:
        raise ValueError("no such derivative")
    rows = np.eye(len(W_h))                     # pull each unit vector back
    for i in range(t, k, -1):
        rows = (rows * (1 - h[i] ** 2)) @ W_h
    return rows


def term(params, x, y, h, y_hat, t, k):
    tape = Tape()
    tape.record("W_x at k", )
    tape.record("h_k", ("W_x at k", lambda g: np.tensordot(g, dh_dW_x(h[k], x[k - 1]), axes=1)))
    tape.record("h_t", ("h_k", lambda g: g @ dh_dh(h, params["W_h"], t, k)))
    tape.record("z_t", ("h_t", lambda g: g @ dz_dh(params["W_y"])))
    tape.moves.pop()                            # the leaf stays
    tape.grad["z_t"] = dL_dz(y_hat[t - 1], y[t - 1])
    return tape.play()["W_x at k"]


def dL_dW_x(params, x, y, h, y_hat, t):
    G = term(params, x, y, h, y_hat, t, t)
    for k in range(t - 1, 0, -1):
        G = G + term(params, x, y, h, y_hat, t, k)
    return G


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.add.reduce([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)])


def bptt(params, x, y, h, y_hat):
    tape = Tape()
    for t in range(1, len(x) + 1):
        def da(g, h_t=h[t]):
            return g * (1 - h_t**2)

        tape.record(("a", t), ("W_h", lambda g, t=t: np.outer(g, h[t - 1])), ("W_x", lambda g, t=t: np.outer(g, x[t - 1])),
                    ("b", lambda g: g), (("h", t - 1), lambda g: g @ params["W_h"]))
        tape.record(("h", t), (("a", t), da))
        tape.record(("z", t), ("W_y", lambda g, t=t: np.outer(g, h[t])), (("h", t), lambda g: g @ params["W_y"]))
        tape.grad["z", t] = dL_dz(y_hat[t - 1], y[t - 1])
    grad = tape.play()
    return {"h_0": grad["h", 0], **{name: grad[name] for name in ("b", "W_h", "W_x", "W_y")}}


def numerical_gradient(f, theta, eps=1e-5):
    def up_and_down():
        for i in range(theta.size):
            for step in (eps, -eps):
                moved = np.array(theta, dtype=float, order="C")
                moved.reshape(-1)[i] += step
                yield f(moved)

    values = np.fromiter(up_and_down(), dtype=float).reshape(-1, 2)
    return ((values[:, 0] - values[:, 1]) / (2 * eps)).reshape(theta.shape)


def relative_error(a, b):
    sizes = [np.linalg.norm(np.reshape(m, -1)) for m in (np.asarray(a) - np.asarray(b), a, b)]
    try:
        return float(sizes[0]) / float(sizes[1] + sizes[2])
    except ZeroDivisionError:
        return 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        others = {key: value for key, value in params.items() if key != name}
        errors[name] = relative_error(numerical_gradient(lambda v: loss({name: v, **others}), theta, eps), grads[name])
    return errors
