import functools
import itertools
import operator

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    return {**params, **{k: params[k] - lr * g for k, g in grads.items() if k in params}}


def global_norm(grads):
    return float(np.hypot.reduce(np.hstack([np.ravel(np.asarray(g, dtype=float)) for g in grads.values()])))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError
    norm = global_norm(grads)
    factor = min(1.0, threshold / norm) if 0 < norm < float("inf") else 1.0
    return {k: factor * g for k, g in grads.items()}, norm


def one_update(params, batch, lr, threshold):
    x, y, h_0 = batch
    h, _, y_hat = forward(params, x, h_0)
    loss = functools.reduce(operator.add, map(cross_entropy, y_hat, y), 0.0)
    grads = {k: g for k, g in bptt(params, x, y, h, y_hat).items() if k != "h_0"}
    norm = global_norm(grads)
    if threshold is not None:
        grads, norm = clip_by_norm(grads, threshold)
    return loss, norm, sgd_step(params, grads, lr)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    saved, accepted, restarts = params, [], 0
    for batch in batches:
        with np.errstate(all="ignore"):
            loss, norm, new = one_update(params, batch, lr, threshold)
            total = abs(loss) + norm
            broken = not total < np.inf or any(not np.all(np.abs(v) < np.inf) for v in new.values())
        if broken and restarts == max_restarts:
            params = saved
            break
        if broken:
            params, restarts, lr = saved, restarts + 1, lr / 2
        else:
            params = new
            accepted.append((loss, norm))
            if len(accepted) % checkpoint_every == 0:
                saved = params
    losses, norms = map(list, zip(*accepted)) if accepted else ([], [])
    return {"restarts": restarts, "norms": norms, "losses": losses, "params": params}


class Dual:
    """A number and its two derivatives."""

    def __init__(self, value, dw=0.0, db=0.0):
        self.value, self.dw, self.db = value, dw, db

    def __add__(self, other):
        return Dual(self.value + other.value, self.dw + other.dw, self.db + other.db)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.dw * other.value + self.value * other.dw,
                    self.db * other.value + self.value * other.db)

    def sigmoid(self):
        e = np.exp(-abs(self.value))
        slope = e / (1 + e) ** 2
        return Dual((1 if self.value >= 0 else e) / (1 + e), slope * self.dw, slope * self.db)


def last_state(w, b, h_0, steps):
    w, b = Dual(w, dw=1.0), Dual(b, db=1.0)
    return functools.reduce(lambda h, _: (w * h + b).sigmoid(), range(steps), Dual(h_0))


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (last_state(w, b, h_0, steps).value - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = last_state(w, b, h_0, steps)
    return 2 * (h.value - target) * h.dw, 2 * (h.value - target) * h.db


def loss_surface(ws, bs, h_0, steps, target):
    surface = np.zeros((len(bs), len(ws)))
    for (i, b), (j, w) in itertools.product(enumerate(bs), enumerate(ws)):
        surface[i, j] = scalar_rnn_loss(w, b, h_0, steps, target)
    return surface


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    def following(point, _):
        g = dict(zip("wb", scalar_rnn_grad(point["w"], point["b"], h_0, steps, target)))
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        return sgd_step(point, g, lr)

    first = {"w": float(start[0]), "b": float(start[1])}
    return np.array([(p["w"], p["b"]) for p in itertools.accumulate(range(n_updates), following, initial=first)])


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    W, B = np.meshgrid(ws, bs)
    low, high = np.log10(surface).min(), np.log10(surface).max()
    for ax, path, how in zip(axes, (plain_path, clipped_path), ("without", "with")):
        picture = ax.tricontourf(W.ravel(), B.ravel(), np.log10(surface).ravel(), levels=np.linspace(low, high, 12))
        ax.figure.colorbar(picture, ax=ax, label="log10 loss")
        ax.plot(path[:, 0], path[:, 1], color="white", label="path of (w, b)")
        ax.plot(path[:1, 0], path[:1, 1], "r*", label="start")
        ax.legend()
        ax.set(xlabel="w (recurrent weight)", ylabel="b (bias)", title=f"Descent {how} clipping")
        ax.set_xlim(ws.min(), ws.max())
        ax.set_ylim(bs.min(), bs.max())
