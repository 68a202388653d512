"""A frozen dataclass as the state of training; norms by hypot; the scalar RNN forward, with its derivatives beside it."""
from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    return {k: np.add(params[k], np.multiply(grads[k], -lr)) for k in params}


def global_norm(grads):
    return math.hypot(*(float(v) for g in grads.values() for v in np.asarray(g).flat))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold must be above 0")
    n = global_norm(grads)
    if math.isfinite(n) and n >= threshold:
        return {k: g / n * threshold for k, g in grads.items()}, n
    return {k: np.array(g) for k, g in grads.items()}, n


@dataclass(frozen=True)
class State:
    params: dict
    saved: dict
    lr: float
    restarts: int = 0
    accepted: int = 0


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and threshold <= 0:
        raise ValueError("threshold must be above 0")
    copy = {k: np.array(v, dtype=float) for k, v in params.items()}
    s, losses, norms, todo = State(copy, copy, lr), [], [], deque(batches)
    while todo:
        x, y, h_0 = todo.popleft()
        with np.errstate(all="ignore"):
            h, z, y_hat = forward(s.params, x, h_0)
            loss = math.fsum(cross_entropy(p, int(c)) for p, c in zip(y_hat, y)) if np.isfinite(y_hat).all() else math.nan
            if not math.isfinite(loss):
                new = None
            else:
                grads = {k: v for k, v in bptt(s.params, x, y, h, y_hat).items() if k in s.params}
                norm = global_norm(grads)
                new = sgd_step(s.params, clip_by_norm(grads, threshold)[0] if threshold else grads, s.lr)
        if new is not None and math.isfinite(norm) and all(np.isfinite(v).all() for v in new.values()):
            losses.append(loss)
            norms.append(norm)
            s = replace(s, params=new, accepted=s.accepted + 1)
            if not s.accepted % checkpoint_every:
                s = replace(s, saved=new)
        elif s.restarts == max_restarts:
            s = replace(s, params=s.saved)
            break
        else:
            s = replace(s, params=s.saved, lr=s.lr / 2, restarts=s.restarts + 1)
    return {"params": s.params, "losses": losses, "norms": norms, "restarts": s.restarts}


def sigma(a):
    return 1 / (1 + math.exp(-a)) if a > 0 else math.exp(max(a, -745)) / (1 + math.exp(a))


def run(w, b, h_0, steps):
    h = float(h_0)
    yield h
    for _ in range(steps):
        h = sigma(w * h + b)
        yield h


def scalar_rnn_loss(w, b, h_0, steps, target):
    *_, h = run(w, b, h_0, steps)
    return (h - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    """Forward mode: the state and its two derivatives together."""
    h, hw, hb = float(h_0), 0.0, 0.0
    for _ in range(steps):
        a = w * h + b
        new = sigma(a)
        slope = new * sigma(-a)
        h, hw, hb = new, slope * (h + w * hw), slope * (1 + w * hb)
    return 2 * (h - target) * hw, 2 * (h - target) * hb


def loss_surface(ws, bs, h_0, steps, target):
    return [[scalar_rnn_loss(w, b, h_0, steps, target) for w in ws] for b in bs]


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = [tuple(map(float, start))]
    for _ in range(n_updates):
        g = scalar_rnn_grad(*path[-1], h_0, steps, target)
        if threshold is not None:
            g = clip_by_norm({"g": np.array(g)}, threshold)[0]["g"]
        path.append((path[-1][0] - lr * g[0], path[-1][1] - lr * g[1]))
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    half = lambda v: (v[1] - v[0]) / 2 if len(v) > 1 else 0.5
    with np.errstate(divide="ignore"):
        log = np.log10(surface)
    finite = log[np.isfinite(log)]
    for ax, path, word in zip(axes, (plain_path, clipped_path), ("without", "with")):
        ax.imshow(log[::-1], extent=(ws[0] - half(ws), ws[-1] + half(ws), bs[0] - half(bs), bs[-1] + half(bs)), aspect="auto",
                  vmin=finite.min() if finite.size else None, vmax=finite.max() if finite.size else None)
        ax.autoscale(False)
        ax.plot(*np.transpose(path), "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=f"{word} clipping")
