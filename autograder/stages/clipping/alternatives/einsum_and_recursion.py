"""Norms by einsum, the scalar RNN by recursive functions, the path by accumulate."""

import itertools

import bptt
import numpy as np


def sgd_step(params, grads, lr):
    return {k: v - lr * grads[k] for k, v in params.items()}


def global_norm(grads):
    flat = [np.ravel(g) for g in grads.values()]
    top = np.max([np.max(np.abs(g)) for g in flat])
    if not np.isfinite(top) or top == 0:
        return top
    return top * np.sqrt(np.sum([np.einsum("i,i->", g / top, g / top) for g in flat]))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold must be positive")
    norm = global_norm(grads)
    if not np.isfinite(norm) or norm < threshold:
        return grads, norm
    return {k: g * (threshold / norm) for k, g in grads.items()}, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    def copy(p):
        return {k: np.array(v) for k, v in p.items()}

    params = copy(params)
    checkpoint = copy(params)
    losses, norms, restarts, updates = [], [], 0, 0
    for x, y, h_0 in batches:
        ok = True
        h, _, y_hat = bptt.forward(params, x, h_0)
        loss = sum(bptt.cross_entropy(y_hat[t], y[t]) for t in range(len(y)))
        if not np.isfinite(loss):
            ok = False
        if ok:
            grads = bptt.bptt(params, x, y, h, y_hat)
            grads = {k: grads[k] for k in params}
            ok = all(np.isfinite(g).all() for g in grads.values())
        if ok:
            norm = global_norm(grads)
            if threshold is not None:
                grads, _ = clip_by_norm(grads, threshold)
            new = sgd_step(params, grads, lr)
            ok = all(np.isfinite(v).all() for v in new.values())
        if not ok:
            params = copy(checkpoint)
            if restarts >= max_restarts:
                break
            lr = lr / 2
            restarts += 1
            continue
        params = new
        losses.append(float(loss))
        norms.append(float(norm))
        updates += 1
        if updates % checkpoint_every == 0:
            checkpoint = copy(params)
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}


def _states(w, b, h_0, steps):
    h = [h_0]
    for _ in range(steps):
        h.append(1.0 / (1.0 + np.exp(-(w * h[-1] + b))))
    return h


def scalar_rnn_loss(w, b, h_0, steps, target):
    if steps == 0:
        return (h_0 - target) ** 2
    return scalar_rnn_loss(w, b, 1 / (1 + np.exp(-(w * h_0 + b))), steps - 1, target)


def scalar_rnn_grad(w, b, h_0, steps, target):
    def back(h, left):
        """dL/dw and dL/db from the last `left` steps, and dL/dh."""
        if left == 0:
            return 0.0, 0.0, 2 * (h - target)
        new = 1 / (1 + np.exp(-(w * h + b)))
        dw, db, dh = back(new, left - 1)
        da = dh * new * (1 - new)
        return dw + da * h, db + da, da * w

    return back(h_0, steps)[:2]


def loss_surface(ws, bs, h_0, steps, target):
    out = np.empty((len(bs), len(ws)))
    for i, b in enumerate(bs):
        for j, w in enumerate(ws):
            out[i, j] = scalar_rnn_loss(w, b, h_0, steps, target)
    return out


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    def move(point, _):
        g = np.array(scalar_rnn_grad(point[0], point[1], h_0, steps, target))
        if threshold is not None:
            if threshold <= 0:
                raise ValueError("threshold must be positive")
            g = g * min(1.0, threshold / max(np.sqrt(g @ g), 1e-300))
        return point - lr * g

    return np.array(list(itertools.accumulate(range(n_updates), move, initial=np.array(start, dtype=float))))


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path, title in ((axes[0], plain_path, "Without clipping"), (axes[1], clipped_path, "With clipping")):
        ax.pcolormesh(ws, bs, surface, shading="auto", norm="log")
        ax.plot(path[:, 0], path[:, 1], "-o", color="red", markersize=2)
        ax.set_xlim(np.min(ws), np.max(ws))
        ax.set_ylim(np.min(bs), np.max(bs))
        ax.set_xlabel("w")
        ax.set_ylabel("b")
        ax.set_title(title)
