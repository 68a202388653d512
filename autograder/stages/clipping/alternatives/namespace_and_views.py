import itertools
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    new = OrderedDict()
    for name in sorted(params):
        new[name] = params[name] - np.einsum(",...->...", lr, grads[name])
    return new


def global_norm(grads):
    peak = np.max([np.nanmax(np.abs(g), initial=0.0) for g in grads.values()])
    if any(np.isnan(np.sum(g * 0.0)) for g in map(np.asarray, grads.values())):
        return float("inf") if np.isinf(peak) else float("nan")
    if peak == 0.0:
        return 0.0
    return float(peak * np.sqrt(np.sum([np.einsum("i,i->", u, u) for u in (np.ravel(g) / peak for g in grads.values())])))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(f"threshold={threshold}")
    norm = global_norm(grads)
    clipped = OrderedDict((name, np.array(g, copy=True)) for name, g in grads.items())
    if threshold < norm < float("inf"):
        for g in clipped.values():
            np.multiply(g, threshold / norm, out=g)
    return clipped, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    names = list(params)
    s = SimpleNamespace(theta={k: params[k] for k in names}, losses=[], norms=[], restarts=0, lr=lr, stop=False)
    s.saved = s.theta

    def gradient(x, y, h_0):
        h, _, y_hat = forward(s.theta, x, h_0)
        total = np.array([cross_entropy(y_hat[t], y[t]) for t in range(len(y))]).sum()
        g = bptt(s.theta, x, y, h, y_hat)
        return total, OrderedDict((k, g[k]) for k in names)

    def restart():
        s.theta = s.saved
        s.stop = s.restarts >= max_restarts
        if not s.stop:
            s.restarts, s.lr = s.restarts + 1, s.lr / 2

    for x, y, h_0 in batches:
        if s.stop:
            break
        with np.errstate(all="ignore"):
            total, g = gradient(x, y, h_0)
            norm = global_norm(g)
            if not (np.isfinite(total) and np.isfinite(norm)):
                restart()
                continue
            new = sgd_step(s.theta, g if threshold is None else clip_by_norm(g, threshold)[0], s.lr)
        if not all(np.isfinite(v).all() for v in new.values()):
            restart()
            continue
        s.theta = new
        s.losses += [total]
        s.norms += [norm]
        if len(s.losses) % checkpoint_every == 0:
            s.saved = new
    return vars(s) and {"params": s.theta, "losses": s.losses, "norms": s.norms, "restarts": s.restarts}


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = np.float64(h_0)
    for _ in range(steps):
        h = np.where(w * h + b >= 0, 1 / (1 + np.exp(-abs(w * h + b))), np.exp(-abs(w * h + b)) / (1 + np.exp(-abs(w * h + b))))
    return np.float64((h - target) ** 2)


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [np.float64(h_0)]
    for _ in range(steps):
        a = w * h[-1] + b
        h += [np.exp(-np.logaddexp(0, -a))]
    # one row of the lower triangle of all products at a time
    sigma = [v * (1 - v) for v in h[1:]]
    dw = db = np.float64(0)
    path = np.float64(1)
    for k in reversed(range(steps)):
        dw, db = dw + path * sigma[k] * h[k], db + path * sigma[k]
        path *= sigma[k] * w
    scale = 2 * (h[-1] - target)
    return (np.asarray(scale * dw), np.asarray(scale * db))


def loss_surface(ws, bs, h_0, steps, target):
    grid = np.stack(np.meshgrid(ws, bs), axis=-1).reshape(-1, 2)
    losses = np.apply_along_axis(lambda p: scalar_rnn_loss(p[0], p[1], h_0, steps, target), 1, grid.astype(float))
    return losses.reshape(len(bs), len(ws))


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = np.tile(np.asarray(start, dtype=float), (n_updates + 1, 1))
    for before, after in itertools.pairwise(path):
        dw, db = scalar_rnn_grad(before[0], before[1], h_0, steps, target)
        grads = {"dw": np.atleast_1d(dw), "db": np.atleast_1d(db)}
        if threshold is not None:
            grads = clip_by_norm(grads, threshold)[0]
        after[:] = before[0] - lr * grads["dw"][0], before[1] - lr * grads["db"][0]
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    dw, db = np.diff(ws)[0] / 2, np.diff(bs)[0] / 2
    edges = (ws[0] - dw, ws[-1] + dw, bs[0] - db, bs[-1] + db)
    for ax, title, path in zip(np.ravel(axes), ("SGD without clipping", "SGD with clipping"), (plain_path, clipped_path)):
        shown = ax.imshow(surface, norm="log", origin="lower", extent=edges, aspect="auto")
        ax.annotate("start", path[0])
        ax.step(path[:1, 0], path[:1, 1])
        ax.plot(path.T[0], path.T[1], ".:")
        ax.set(xlim=edges[:2], ylim=edges[2:], xlabel="recurrent weight $w$", ylabel="bias $b$")
        ax.set_title(title, loc="right")
        ax.figure.colorbar(shown, ax=ax)
