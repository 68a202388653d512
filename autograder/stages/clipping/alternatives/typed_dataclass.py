"""Stage 3 with type hints, a state class, and a result that is a dict with an attribute view."""
from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Mapping, Sequence

import numpy as np
from bptt import bptt, cross_entropy, forward

Arrays = Mapping[str, np.ndarray]


class History(dict):
    """A dict whose keys can be read as attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass
class Run:
    params: dict[str, np.ndarray]
    lr: float
    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    restarts: int = 0
    checkpoint: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        self.save()

    def save(self) -> None:
        self.checkpoint = {name: np.copy(value) for name, value in self.params.items()}

    def restore(self) -> None:
        self.params = {name: np.copy(value) for name, value in self.checkpoint.items()}

    def result(self) -> History:
        return History(params=self.params, losses=self.losses, norms=self.norms, restarts=self.restarts)


def sgd_step(params: Arrays, grads: Arrays, lr: float) -> dict[str, np.ndarray]:
    new: dict[str, np.ndarray] = {}
    for name in params:
        new[name] = np.subtract(params[name], np.multiply(lr, grads[name]))
    return new


def global_norm(grads: Arrays) -> float:
    # math.hypot scales by the largest entry itself
    entries = [float(v) for g in grads.values() for v in np.asarray(g).ravel()]
    if any(math.isnan(v) for v in entries):
        return math.nan
    return math.hypot(*entries)


def check_threshold(threshold: float) -> None:
    if threshold <= 0:
        raise ValueError(f"threshold must be above zero, not {threshold}")


def clip_by_norm(grads: Arrays, threshold: float) -> tuple[dict[str, np.ndarray], float]:
    check_threshold(threshold)
    norm = global_norm(grads)
    if not math.isfinite(norm) or norm < threshold:
        return {name: np.copy(g) for name, g in grads.items()}, norm
    # a power of two brings the numbers near one without rounding, so that nothing overflows on the way
    power = math.frexp(norm)[1]
    mantissa = math.ldexp(norm, -power)
    return {name: np.ldexp(g, -power) / mantissa * threshold for name, g in grads.items()}, norm


def all_finite(*things) -> bool:
    for thing in things:
        values = thing.values() if isinstance(thing, Mapping) else [thing]
        if not all(np.all(np.isfinite(v)) for v in values):
            return False
    return True


def train(params: Arrays, batches: Sequence[tuple], lr: float, threshold: float | None = None,
          checkpoint_every: int = 10, max_restarts: int = 5) -> History:
    if threshold is not None:
        check_threshold(threshold)
    run = Run({name: np.array(value, dtype=float) for name, value in params.items()}, lr)
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(run.params, x, h_0)
            loss = float(np.sum([cross_entropy(p, c) for p, c in zip(y_hat, y)]))
            grads = {name: g for name, g in bptt(run.params, x, y, h, y_hat).items() if name in run.params}
            norm = global_norm(grads)
            used = grads if threshold is None else clip_by_norm(grads, threshold)[0]
            candidate = sgd_step(run.params, used, run.lr)
        if all_finite(loss, grads, candidate):
            run.params = candidate
            run.losses.append(loss)
            run.norms.append(norm)
            if len(run.losses) % checkpoint_every == 0:
                run.save()
        else:
            run.restore()
            if run.restarts >= max_restarts:
                break
            run.restarts += 1
            run.lr *= 0.5
    return run.result()


def logistic(a: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * a))


def scalar_rnn_loss(w: float, b: float, h_0: float, steps: int, target: float) -> float:
    h = float(h_0)
    for _ in range(steps):
        h = logistic(w * h + b)
    return (h - target) ** 2


def scalar_rnn_grad(w: float, b: float, h_0: float, steps: int, target: float) -> tuple[float, float]:
    states = [float(h_0)]
    for _ in range(steps):
        states.append(logistic(w * states[-1] + b))
    delta = 2.0 * (states[-1] - target)
    dw = db = 0.0
    for before, after in zip(states[-2::-1], states[:0:-1]):
        delta *= after * (1.0 - after)
        dw += delta * before
        db += delta
        delta *= w
    return dw, db


def loss_surface(ws, bs, h_0, steps, target):
    out = np.empty((len(bs), len(ws)))
    for i, b in enumerate(bs):
        for j, w in enumerate(ws):
            out[i, j] = scalar_rnn_loss(float(w), float(b), h_0, steps, target)
    return out


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None:
        check_threshold(threshold)
    w, b = (float(v) for v in start)
    path = [(w, b)]
    for _ in range(n_updates):
        dw, db = scalar_rnn_grad(w, b, h_0, steps, target)
        norm = math.hypot(dw, db)
        if threshold is not None and math.isfinite(norm) and norm >= threshold:
            dw, db = threshold * (dw / norm), threshold * (db / norm)
        w, b = w - lr * dw, b - lr * db
        path.append((w, b))
    return np.array(path)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    heights = np.log10(surface)
    levels = np.linspace(heights.min(), heights.max(), 31)
    for ax, path, word in ((axes[0], plain_path, "without"), (axes[1], clipped_path, "with")):
        filled = ax.contourf(ws, bs, heights, levels=levels, cmap="viridis")
        ax.plot(path[:, 0], path[:, 1], "o-", color="crimson", lw=1.5, ms=3)
        ax.set_xlim(ws[0], ws[-1])
        ax.set_ylim(bs[0], bs[-1])
        ax.set_xlabel("recurrent weight w")
        ax.set_ylabel("bias b")
        ax.set_title(f"Descent {word} clipping")
        ax.figure.colorbar(filled, ax=ax, label="log10 of the loss")
