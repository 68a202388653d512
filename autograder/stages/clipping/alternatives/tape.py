"""Stage 3 with a small tape of my own for the scalar RNN's gradient (as in the notebook), and contours at powers of ten."""
import math
import operator
from dataclasses import dataclass, field
from typing import Callable

import numpy as np
from matplotlib.colors import LogNorm

import bptt as own


@dataclass(eq=False)
class Var:
    value: float
    parents: tuple = ()
    grad: float = field(default=0.0, compare=False)


class Tape(list):
    def var(self, value, *parents: tuple[Var, Callable]):
        self.append(Var(value, parents))
        return self[-1]

    def mul(self, p, q):
        return self.var(p.value * q.value, (p, lambda g: g * q.value), (q, lambda g: g * p.value))

    def add(self, p, q):
        return self.var(p.value + q.value, (p, lambda g: g), (q, lambda g: g))

    def sigma(self, p):
        s = squash(p.value)
        return self.var(s, (p, lambda g: g * s * squash(-p.value)))

    def squared_distance(self, p, target):
        return self.var((p.value - target) ** 2, (p, lambda g: g * 2 * (p.value - target)))

    def backward(self):
        self[-1].grad = 1.0
        while self:
            node = self.pop()
            for parent, back in node.parents:
                parent.grad += back(node.grad)


def squash(a):
    try:
        return 1 / (1 + math.exp(-a))
    except OverflowError:      # e^-a is too large for a float: 1 / (1 + e^-a) is e^a
        return math.exp(a)


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = float(h_0)
    for _ in range(int(steps)):
        h = squash(float(w) * h + float(b))
    return (h - float(target)) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    tape = Tape()
    theta_w, theta_b, h = Var(float(w)), Var(float(b)), Var(float(h_0))
    for _ in range(int(steps)):
        h = tape.sigma(tape.add(tape.mul(theta_w, h), theta_b))
    tape.squared_distance(h, float(target))
    tape.backward()
    return theta_w.grad, theta_b.grad


def loss_surface(ws, bs, h_0, steps, target):
    return np.array([list(map(lambda w: scalar_rnn_loss(w, b, h_0, steps, target), ws)) for b in bs])


def sgd_step(params, grads, lr):
    return dict(zip(params, map(lambda k: operator.sub(params[k], lr * grads[k]), params)))


def global_norm(grads):
    return math.dist([0.0] * sum(np.size(g) for g in grads.values()),
                     np.concatenate([np.asarray(g, dtype=float).ravel() for g in grads.values()]).tolist())


def clip_by_norm(grads, threshold):
    if threshold <= 0.0:
        raise ValueError("threshold <= 0")
    norm = global_norm(grads)
    if math.isfinite(norm) and norm >= threshold:
        return {k: np.vectorize(lambda v: v / norm * threshold, otypes=[float])(g) for k, g in grads.items()}, norm
    return {k: np.array(g) for k, g in grads.items()}, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if not (threshold is None or threshold > 0):
        raise ValueError("threshold <= 0")
    now = {k: np.array(params[k], dtype=float) for k in params}
    history = [now]                    # all accepted parameters; a checkpoint is a place in this list
    losses, norms, restarts = [], [], 0
    checkpoint = 0
    old = np.seterr(all="ignore")
    try:
        for batch in batches:
            x, y, h_0 = batch
            h, z, y_hat = own.forward(now, x, h_0)
            L = math.fsum(own.cross_entropy(y_hat[t], y[t]) for t in range(len(x))) if np.isfinite(y_hat).all() else math.nan
            g = own.bptt(now, x, y, h, y_hat)
            g = {k: g[k] for k in now}
            ok = math.isfinite(L) and all(np.all(np.isfinite(v)) for v in g.values())
            if ok:
                n = global_norm(g)
                if threshold is not None:
                    g = clip_by_norm(g, threshold)[0]
                after = sgd_step(now, g, lr)
                ok = all(np.all(np.isfinite(v)) for v in after.values())
            if ok:
                now = after
                history.append(now)
                losses.append(L)
                norms.append(n)
                if len(losses) % checkpoint_every == 0:
                    checkpoint = len(history) - 1
            else:
                now = history[checkpoint]
                if restarts >= max_restarts:
                    break
                restarts += 1
                lr = lr / 2.0
    finally:
        np.seterr(**old)
    return {"params": {k: np.array(v) for k, v in now.items()}, "losses": losses, "norms": norms, "restarts": restarts}


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if not (threshold is None or threshold > 0):
        raise ValueError("threshold <= 0")
    path = np.zeros((n_updates + 1, 2))
    theta = {"w": np.asarray(start[0], dtype=float), "b": np.asarray(start[1], dtype=float)}
    path[0] = theta["w"], theta["b"]
    for n in range(n_updates):
        g = dict(zip("wb", map(np.asarray, scalar_rnn_grad(theta["w"], theta["b"], h_0, steps, target))))
        g = g if threshold is None else clip_by_norm(g, threshold)[0]
        theta = sgd_step(theta, g, lr)
        path[n + 1] = theta["w"], theta["b"]
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    low, high = float(np.min(surface)), float(np.max(surface))
    levels = np.geomspace(low, high, 25)
    levels[0], levels[-1] = low, high
    W, B = np.meshgrid(ws, bs)
    for panel, (ax, path) in enumerate(zip(axes, (plain_path, clipped_path))):
        ax.contourf(W, B, surface, levels=levels, norm=LogNorm(low, high), cmap="jet", zorder=1)
        ax.plot(path[:, 0], path[:, 1], "w-", lw=2, zorder=10)
        ax.plot(path[0, 0], path[0, 1], "ws", zorder=11)
        ax.set_xlim(left=ws[0], right=ws[-1])
        ax.set_ylim(bottom=bs[0], top=bs[-1])
        ax.set_xlabel("weight w")
        ax.set_ylabel("bias b")
        ax.set_title(["WITHOUT CLIPPING", "WITH CLIPPING"][panel])
        ax.grid(True, alpha=0.2)
