"""Folds in place of loops: functools.reduce over batches with a frozen state, hypot for norms, derivatives carried forwards."""
import math
from collections import ChainMap
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    return {**{name: np.subtract(params[name], np.multiply(lr, grads[name])) for name in reversed(params)}}


def global_norm(grads):
    entries = [*chain.from_iterable(np.ravel(g).tolist() for g in grads.values())]
    if any(math.isnan(entry) for entry in entries):
        return math.nan
    return math.hypot(*entries)


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError("threshold")
    norm = global_norm(grads)
    if math.isfinite(norm) and norm >= threshold:
        return {name: (g / norm) * threshold for name, g in grads.items()}, norm
    return dict(grads), norm


@dataclass(frozen=True)
class Run:
    params: dict
    saved: dict
    lr: float
    losses: tuple = ()
    norms: tuple = ()
    restarts: int = 0
    over: bool = False
    settings: dict = field(default_factory=dict)


def _batch(run, batch):
    if run.over:
        return run
    x, y, h_0 = batch
    with np.errstate(all="ignore"):
        h, _, y_hat = forward(run.params, x, h_0)
        loss = math.fsum(cross_entropy(*one) for one in zip(y_hat, y)) if np.isfinite(y_hat).all() else math.nan
        grads = bptt(run.params, x, y, h, y_hat)
        grads.pop("h_0")
        norm = global_norm(grads)
        if run.settings["threshold"] is not None:
            grads, norm = clip_by_norm(grads, run.settings["threshold"])
        params = sgd_step(run.params, grads, run.lr)
        fine = math.isfinite(loss) and math.isfinite(norm) and all(np.isfinite(p).all() for p in params.values())
    if fine:
        losses = (*run.losses, loss)
        saved = params if len(losses) % run.settings["every"] == 0 else run.saved
        return replace(run, params=params, saved=saved, losses=losses, norms=(*run.norms, norm))
    over = run.restarts >= run.settings["most"]
    return replace(run, params=run.saved, over=over, restarts=run.restarts + (not over), lr=run.lr if over else run.lr / 2)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    start = {name: np.array(p, float) for name, p in params.items()}
    settings = ChainMap({"threshold": threshold}, {"every": checkpoint_every, "most": max_restarts})
    run = reduce(_batch, batches, Run(start, start, lr, settings=dict(settings)))
    return dict(params=run.params, losses=[*run.losses], norms=np.array(run.norms), restarts=run.restarts)


def _sigma(a):
    return 0.5 * (1 + math.tanh(a / 2)) if a > -30 else math.exp(a) / (1 + math.exp(a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (reduce(lambda h, _: _sigma(w * h + b), range(steps), h_0) - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h, dw, db = h_0, 0.0, 0.0
    for _ in range(steps):
        new = _sigma(w * h + b)
        slope = new * _sigma(-(w * h + b))
        h, dw, db = new, slope * (h + w * dw), slope * (1 + w * db)
    return [2 * (h - target) * dw, 2 * (h - target) * db]


def loss_surface(ws, bs, h_0, steps, target):
    return np.fromiter((scalar_rnn_loss(w, b, h_0, steps, target) for b in bs for w in ws), float).reshape(len(bs), -1)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    def go(path, _):
        grads = dict(zip("wb", map(np.float64, scalar_rnn_grad(*path[-1], h_0, steps, target))))
        if threshold is not None:
            grads = clip_by_norm(grads, threshold)[0]
        return [*path, (path[-1][0] - lr * grads["w"], path[-1][1] - lr * grads["b"])]
    return reduce(go, range(n_updates), [(float(start[0]), float(start[1]))])


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    import matplotlib.colors as mcolors

    logs = np.log10(surface)
    norm = mcolors.Normalize(logs.min(), logs.max())
    left, right = axes
    for panel, path, word in ((left, plain_path, "without"), (right, clipped_path, "with")):
        panel.pcolormesh(*np.meshgrid(ws, bs), logs, norm=norm, cmap="cividis", shading="nearest")
        panel.set_autoscale_on(False)
        panel.plot(*np.transpose(path), color="w", marker=".", linestyle="--")
        panel.set_xlim(min(ws), max(ws))
        panel.set_ylim(min(bs), max(bs))
        panel.set_xlabel("$w$")
        panel.set_ylabel("$b$")
        panel.set_title(f"Descent {word} clipping")
