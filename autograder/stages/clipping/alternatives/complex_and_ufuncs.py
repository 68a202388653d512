"""Stage 3, the mathematician: complex path points, reduce with hypot, dual numbers, a log-space sigmoid."""
from collections import OrderedDict, namedtuple
from contextlib import suppress
from functools import lru_cache, partial, reduce
from operator import add

import numpy as np
from bptt import bptt as gradients, cross_entropy as nll, forward as fwd

Dual = namedtuple("Dual", "value d_w d_b")
History = namedtuple("History", "params losses norms restarts")


def _map(f, *trees):
    return OrderedDict((k, f(*(t[k] for t in trees))) for k in trees[0])


def sgd_step(params, grads, lr):
    return _map(lambda theta, g: theta - np.float64(lr) * g, params, grads)


def global_norm(grads):
    # hypot neither overflows nor underflows where its result does not
    with np.errstate(over="ignore"):
        parts = [np.hypot.reduce(np.abs(np.ravel(g).astype(float))) for g in grads.values()]
        if np.isnan(sum(np.where(np.isfinite(p), 0.0, p) for p in parts)) or any(np.isnan(g).any() for g in grads.values()):
            return np.nan
        return reduce(np.hypot, parts, np.float64(0))


def clip_by_norm(grads, threshold):
    if np.sign(threshold) < 1:
        raise ValueError("threshold <= 0")
    norm = global_norm(grads)
    clip = np.isfinite(norm) & (norm >= threshold)
    return (_map(lambda g: np.multiply(np.divide(g, norm), threshold) if clip else np.positive(g), grads), norm)


def _finite(*trees):
    return all(np.isfinite(v).all() for tree in trees for v in (tree.values() if hasattr(tree, "values") else [tree]))


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and np.sign(threshold) < 1:
        raise ValueError("threshold <= 0")

    def attempt(theta, rate, x, y, h_0):
        h, _, y_hat = fwd(theta, x, h_0)
        loss = reduce(add, (nll(p, int(c)) for p, c in zip(y_hat, y)))
        everything = gradients(theta, x, y, h, y_hat)
        g = _map(lambda _, v: v, theta, everything)
        shorter, norm = (g, global_norm(g)) if threshold is None else clip_by_norm(g, threshold)
        new = sgd_step(theta, shorter, rate)
        return new, loss, norm, _finite(loss, g, new)

    def go(theta, checkpoint, rate, restarts, losses, norms, rest):
        for number, batch in enumerate(rest):
            new, loss, norm, fine = attempt(theta, rate, *batch)
            if fine:
                theta, losses, norms = new, losses + [loss], norms + [norm]
                checkpoint = theta if len(losses) % checkpoint_every == 0 else checkpoint
            elif restarts == max_restarts:
                return History(checkpoint, losses, norms, restarts)
            else:     # a restart is a new run from the checkpoint
                return go(checkpoint, checkpoint, rate / 2, restarts + 1, losses, norms, rest[number + 1:])
        return History(theta, losses, norms, restarts)

    own = _map(np.copy, params)
    with np.errstate(all="ignore"):
        return dict(go(own, own, lr, 0, [], [], list(batches))._asdict())


def _sigma(a):
    a = np.asarray(a, float)
    out = np.empty_like(a)
    right = a >= 0
    out[right] = np.reciprocal(1 + np.exp(-a[right]))
    out[~right] = np.reciprocal(1 + np.exp(np.minimum(-a[~right], 700.0)))
    tiny = a < -30
    out[tiny] = np.exp(a[tiny])
    return out[()]


def _step(w, b, h):
    """One step with dual numbers: the value and both derivatives."""
    v = _sigma(w * h.value + b)
    s = v * (1 - v)
    return Dual(v, s * (h.value + w * h.d_w), s * (1 + w * h.d_b))


@lru_cache(maxsize=64)
def _end(w, b, h_0, steps):
    return reduce(lambda h, _: _step(w, b, h), range(steps), Dual(h_0, 0.0, 0.0))


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (_end(float(w), float(b), float(h_0), int(steps)).value - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    end = _end(float(w), float(b), float(h_0), int(steps))
    outer = 2 * (end.value - target)
    return np.array([outer * end.d_w, outer * end.d_b])


def loss_surface(ws, bs, h_0, steps, target):
    f = np.vectorize(partial(scalar_rnn_loss, h_0=h_0, steps=steps, target=target), otypes=[float])
    return f(np.asarray(ws)[np.newaxis], np.asarray(bs)[:, np.newaxis])


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and np.sign(threshold) < 1:
        raise ValueError("threshold <= 0")
    z = complex(*start)
    path = [z]
    for _ in range(n_updates):
        g = complex(*scalar_rnn_grad(z.real, z.imag, h_0, steps, target))
        length = float(np.hypot(g.real, g.imag))
        if threshold is not None and np.isfinite(length) and length >= threshold:
            g = g / length * threshold
        z -= lr * g
        path.append(z)
    return np.array(path).view(float).reshape(-1, 2)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    exponents = np.log10(surface)
    lines = np.arange(np.floor(exponents.min()), np.ceil(exponents.max()) + 0.25, 0.25)
    with suppress(IndexError):
        for i, (path, title) in enumerate([(plain_path, "Without clipping:"), (clipped_path, "With clipping:")]):
            ax = axes[i]
            ax.contourf(ws, bs, exponents, lines, cmap="cividis")
            ax.contour(ws, bs, exponents, lines, colors="k", linewidths=0.2)
            ax.plot(path[:, 0], path[:, 1], color="orangered", marker="o", markersize=3)
            ax.update({"xlabel": "w", "ylabel": "b"}) if False else ax.set(xlabel="w", ylabel="b")
            ax.set_title(title + f" {len(path) - 1} updates", loc="left")
            ax.set_xbound(ws[0], ws[-1])
            ax.set_ybound(bs[0], bs[-1])
            ax.set_xlim(ws[0], ws[-1])
            ax.set_ylim(bs[0], bs[-1])
            ax.set_autoscale_on(False)
