"""np.matrix and recursion; the gradient by products of 3x3 matrices; training as a reduce over batches."""
import math
from functools import reduce
from types import SimpleNamespace

import numpy as np
from bptt import *
import bptt as stage1

forward, cross_entropy, bptt = stage1.forward, stage1.cross_entropy, stage1.bptt


def sgd_step(params, grads, lr):
    return dict(zip(params.keys(), [params[k] - np.float64(lr) * grads[k] for k in params.keys()]))


def _combine(pair, value):
    """The scaled sum of squares of LAPACK's nrm2."""
    scale, ssq = pair
    value = abs(value)
    if value == 0:
        return pair
    if math.isnan(value) or math.isnan(scale):
        return math.nan, 1.0
    if math.isinf(value) or math.isinf(scale):
        return math.inf, 1.0
    if value > scale:
        return value, 1 + ssq * (scale / value) ** 2
    return scale, ssq + (value / scale) ** 2


def global_norm(grads):
    scale, ssq = 0.0, 1.0
    for g in grads.values():
        scale, ssq = reduce(_combine, map(float, np.asarray(g).reshape(-1)), (scale, ssq))
    return scale * math.sqrt(ssq)


def clip_by_norm(grads, threshold, *, eps=1e-6):
    if threshold <= 0:
        raise ValueError
    norm = global_norm(grads)
    if norm < threshold or math.isinf(norm) or math.isnan(norm):
        return grads, norm
    return {k: (threshold / (norm + eps)) * np.asarray(g) for k, g in grads.items()}, norm


def _finite(*values):
    return all(bool(np.isfinite(v).all()) for v in values)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    s = SimpleNamespace(p=params, saved={k: v.copy() for k, v in params.items()}, lr=lr, losses=[], norms=[], restarts=0, over=False)

    def give_up(s):
        s.p = s.saved
        if s.restarts == max_restarts:
            s.over = True
        else:
            s.restarts, s.lr = s.restarts + 1, s.lr / 2
        return s

    def one(s, batch):
        if s.over:
            return s
        x, y, h_0 = batch
        with np.errstate(all="ignore"):
            h, z, q = forward(s.p, x, h_0)
            loss = float(sum(cross_entropy(q[i], y[i]) for i in range(len(x))))
            g = {k: bptt(s.p, x, y, h, q)[k] for k in s.p}
            norm = global_norm(g)
            if not _finite(loss, norm, *g.values()):
                return give_up(s)
            step = sgd_step(s.p, g if threshold is None else clip_by_norm(g, threshold)[0], s.lr)
            if not _finite(*step.values()):
                return give_up(s)
        s.p = step
        s.losses += [loss]
        s.norms += [norm]
        if len(s.losses) % checkpoint_every == 0:
            s.saved = {k: v.copy() for k, v in s.p.items()}
        return s

    s = reduce(one, batches, s)
    return {"restarts": s.restarts, "norms": s.norms, "losses": s.losses, "params": s.p}


def sigma(a):
    return (1 + math.tanh(a / 2)) / 2 if a > -20 else math.exp(a - math.log1p(math.exp(a)))


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (h_0 - target) ** 2 if steps == 0 else scalar_rnn_loss(w, b, sigma(w * h_0 + b), steps - 1, target) \
        if steps < 200 else _loss_long(w, b, h_0, steps, target)


def _loss_long(w, b, h, steps, target):
    while steps:
        h, steps = sigma(w * h + b), steps - 1
    return (h - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    M, h = np.matrix(np.eye(3)), float(h_0)
    for _ in range(steps):
        a = w * h + b
        s = sigma(a) * sigma(-a)
        M = np.matrix([[s * w, s * h, s], [0, 1, 0], [0, 0, 1]]) * M
        h = sigma(a)
    row = 2 * (h - target) * M[0]
    return row[0, 1], row[0, 2]


def loss_surface(ws, bs, h_0, steps, target):
    return np.array([[scalar_rnn_loss(float(w), float(b), h_0, steps, target) for b in bs] for w in ws]).T


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    def step(point, left):
        yield point
        for _ in range(left):
            g = {"wb": np.array(scalar_rnn_grad(point[0], point[1], h_0, steps, target))}
            if threshold is not None:
                g, _ = clip_by_norm(g, threshold, eps=0)
            point = sgd_step({"wb": np.array(point, dtype=float)}, g, lr)["wb"]
            yield point
    return np.vstack(list(step(start, n_updates)))


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    logs = np.log10(np.maximum(surface, 1e-300))
    levels = np.linspace(logs.min(), logs.max() if logs.max() > logs.min() else logs.min() + 1, 60)
    left, right = axes
    for ax, path in ((left, plain_path), (right, clipped_path)):
        ax.contourf(ws, bs, logs, levels=levels, cmap="viridis")
        ax.plot([p[0] for p in path], [p[1] for p in path], "r-o", ms=3, zorder=5)
        ax.set_xbound(ws[0], ws[-1])
        ax.set_ybound(bs[0], bs[-1])
        ax.set_xlabel("w")
        ax.set_ylabel("b")
    left.set_title("without clipping")
    right.set_title("with clipping (‖g‖ ≤ threshold)")
