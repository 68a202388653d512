"""Classes behind the functions: a trainer with its state, a checkpoint made by deepcopy, a unit with a tape."""

import copy

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    new = copy.deepcopy(params)
    for name in new:
        new[name] -= lr * grads[name]
    return new


def global_norm(grads):
    total = np.longdouble(0)
    for g in grads.values():
        total += np.sum(np.asarray(g, dtype=np.longdouble) ** 2)
    return float(np.sqrt(total))


def clip_by_norm(grads, threshold):
    if threshold <= 0.0:
        raise ValueError("a threshold is positive")
    norm = global_norm(grads)
    clipped = copy.deepcopy(grads)
    if norm >= threshold and norm != float("inf"):
        for name in clipped:
            clipped[name] = clipped[name] * threshold / norm if norm < 1e100 else clipped[name] / norm * threshold
    return clipped, norm


class NotFinite(Exception):
    """Something is Inf or NaN."""


class Trainer:
    def __init__(self, params, lr, threshold, checkpoint_every):
        self.params, self.lr, self.threshold, self.every = copy.deepcopy(params), lr, threshold, checkpoint_every
        self.losses, self.norms, self.restarts = [], [], 0
        self.save()

    def save(self):
        self.checkpoint = copy.deepcopy(self.params)

    def load(self):
        self.params = copy.deepcopy(self.checkpoint)

    def require_finite(self, *values):
        for value in values:
            if not np.all(np.isfinite(value)):
                raise NotFinite

    def update(self, x, y, h_0):
        h, _, y_hat = forward(self.params, x, h_0)
        loss = float(np.sum([cross_entropy(y_hat[t], y[t]) for t in range(len(y))]))
        self.require_finite(loss)
        grads = {k: v for k, v in bptt(self.params, x, y, h, y_hat).items() if k != "h_0"}
        self.require_finite(*grads.values())
        norm = global_norm(grads)
        if self.threshold is not None:
            grads, norm = clip_by_norm(grads, self.threshold)
        new = sgd_step(self.params, grads, self.lr)
        self.require_finite(*new.values())
        self.params = new
        self.losses.append(loss)
        self.norms.append(norm)
        if len(self.norms) % self.every == 0:
            self.save()


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    trainer = Trainer(params, lr, threshold, checkpoint_every)
    for x, y, h_0 in batches:
        try:
            trainer.update(x, y, h_0)
        except NotFinite:
            trainer.load()
            if trainer.restarts == max_restarts:
                break
            trainer.restarts += 1
            trainer.lr /= 2
    return {"losses": trainer.losses, "norms": trainer.norms, "restarts": trainer.restarts, "params": trainer.params}


class Unit:
    def __init__(self, w, b):
        self.w, self.b, self.tape = w, b, []

    def run(self, h, steps):
        for _ in range(steps):
            new = 1 / (1 + np.exp(-(self.w * h + self.b)))
            self.tape.append((h, new))
            h = new
        return h

    def backward(self, dh):
        grads = np.zeros(2)
        while self.tape:
            old, new = self.tape.pop()
            da = dh * new * (1 - new)
            grads += da * np.array([old, 1.0])
            dh = da * self.w
        return grads


def scalar_rnn_loss(w, b, h_0, steps, target):
    return np.square(Unit(w, b).run(h_0, steps) - target)


def scalar_rnn_grad(w, b, h_0, steps, target):
    unit = Unit(w, b)
    return tuple(unit.backward(2 * (unit.run(h_0, steps) - target)))


def loss_surface(ws, bs, h_0, steps, target):
    h = np.full((len(bs), len(ws)), float(h_0))
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(np.outer(np.ones(len(bs)), ws) * h + np.outer(bs, np.ones(len(ws))))))
    return (h - target) ** 2


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and threshold <= 0.0:
        raise ValueError("a threshold is positive")

    def walk():
        point = np.array(start, dtype=float)
        yield point
        for _ in range(n_updates):
            step = np.array(scalar_rnn_grad(point[0], point[1], h_0, steps, target))
            length = np.linalg.norm(step)
            if threshold is not None and length >= threshold:
                step = step * threshold / length
            point = point - lr * step
            yield point

    return np.vstack(list(walk()))


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    class Panel:
        def __init__(self, ax, title):
            self.ax = ax
            ax.pcolormesh(ws, bs, np.log10(surface), shading="auto")
            ax.set_title(title)
            ax.set_xlabel("w")
            ax.set_ylabel("b")

        def draw(self, path):
            self.ax.plot(path[:, 0], path[:, 1], color="red")
            self.ax.set_xlim(ws[0], ws[-1])
            self.ax.set_ylim(bs[0], bs[-1])

    Panel(axes[0], "without clipping").draw(plain_path)
    Panel(axes[1], "with clipping").draw(clipped_path)
