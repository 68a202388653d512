"""Stage 3: generators, iterators, accumulate; loss surface by a generator expression; contour lines and LogNorm."""

from collections import ChainMap
from functools import reduce
from itertools import accumulate, chain, islice, pairwise, repeat

import matplotlib.colors as colors
import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    def moved():
        for key, theta in params.items():
            yield key, theta - lr * grads[key]
    return dict(moved())


def _magnitudes(grads):
    for g in grads.values():
        yield from (abs(float(v)) for v in np.nditer(np.asarray(g)))


def _add(state, value):
    """The scaled sum of squares of LAPACK's nrm2: scale² · ssq."""
    scale, ssq = state
    if value == 0:
        return state
    if scale < value:
        return value, 1 + ssq * (scale / value) ** 2
    return scale, ssq + (value / scale) ** 2


def global_norm(grads):
    values = list(_magnitudes(grads))
    if any(v != v for v in values):
        return float("nan")
    if any(v == float("inf") for v in values):
        return float("inf")
    scale, ssq = reduce(_add, values, (0.0, 1.0))
    return scale * ssq ** 0.5


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("A threshold is a length: it must be positive.")
    norm = global_norm(grads)
    over = np.isfinite(norm) and norm >= threshold
    return {k: (g / norm) * threshold if over else g.copy() for k, g in grads.items()}, norm


def _is_finite(tree):
    if isinstance(tree, dict):
        return all(map(_is_finite, tree.values()))
    return bool(np.isfinite(tree).all())


def _loss_and_gradient(theta, batch):
    x, y, h_0 = batch
    h, _, y_hat = forward(theta, x, h_0)
    grads = bptt(theta, x, y, h, y_hat)
    grads.pop("h_0", None)
    return sum(map(cross_entropy, y_hat, y)), grads


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    clip = (lambda g: (g, global_norm(g))) if threshold is None else (lambda g: clip_by_norm(g, threshold))
    if threshold is not None and threshold <= 0:
        raise ValueError("A threshold is a length: it must be positive.")
    theta = checkpoint = {k: np.array(v) for k, v in params.items()}
    record, restarts = [], 0
    for batch in batches:
        with np.errstate(all="ignore"):
            loss, grads = _loss_and_gradient(theta, batch)
            clipped, norm = clip(grads)
            after = sgd_step(theta, clipped, lr)
        if not _is_finite({"l": loss, "g": grads, "p": after}):
            theta = checkpoint
            if restarts == max_restarts:
                break
            restarts, lr = restarts + 1, lr / 2
            continue
        theta = after
        record.append((float(loss), float(norm)))
        if not len(record) % checkpoint_every:
            checkpoint = theta
    losses, norms = map(list, zip(*record)) if record else ([], [])
    return {"params": {k: v.copy() for k, v in theta.items()}, "losses": losses, "norms": norms, "restarts": restarts}


def _sigma(a):
    return 1.0 / (1.0 + np.exp(-a)) if a > -700 else np.exp(a)


def _run(w, b, h_0):
    """h_0, h_1, h_2, ... without an end."""
    return accumulate(repeat(None), lambda h, _: _sigma(w * h + b), initial=h_0)


def scalar_rnn_loss(w, b, h_0, steps, target):
    *_, last = islice(_run(w, b, h_0), steps + 1)
    return (last - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    # forward mode: dh/dw and dh/db are carried along
    hw = hb = 0.0
    h = h_0
    for before, h in pairwise(islice(_run(w, b, h_0), steps + 1)):
        slope = h * (1 - h)
        hw, hb = slope * (before + w * hw), slope * (1 + w * hb)
    return 2 * (h - target) * hw, 2 * (h - target) * hb


def loss_surface(ws, bs, h_0, steps, target):
    every = (scalar_rnn_loss(w, b, h_0, steps, target) for b in bs for w in ws)
    return np.fromiter(every, dtype=float, count=len(ws) * len(bs)).reshape(len(bs), len(ws))


def _points(start, lr, h_0, steps, target, threshold):
    point = np.array(start, dtype=float)
    while True:
        yield point
        g = {"wb": np.array(scalar_rnn_grad(*map(float, point), h_0, steps, target))}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        point = sgd_step({"wb": point}, g, lr)["wb"]


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and threshold <= 0:
        raise ValueError("A threshold is a length: it must be positive.")
    return np.stack(list(islice(_points(start, lr, h_0, steps, target, threshold), n_updates + 1)))


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    norm = colors.LogNorm(surface.min(), surface.max())
    for ax, path, title in zip(axes, [plain_path, clipped_path], ["Path without clipping", "Path with clipping"]):
        mesh = ax.pcolormesh(ws, bs, surface, norm=norm, shading="gouraud", zorder=0)
        ax.plot(path[:, 0], path[:, 1], color="w", lw=2, zorder=3)
        ax.plot(path[:, 0], path[:, 1], color="k", lw=1, marker=".", zorder=4, label="path")
        ax.plot(path[:1, 0], path[:1, 1], "s", color="r", zorder=5, label="start")
        ax.legend(loc="upper right")
        ax.set_xlabel("w")
        ax.set_ylabel("b")
        ax.set_title(title)
        ax.set_xlim(ws.min(), ws.max())
        ax.set_ylim(bs.min(), bs.max())
