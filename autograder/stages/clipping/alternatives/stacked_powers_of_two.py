"""The norm scaled by a power of two; the gradient of the scalar RNN as a product formula for each step."""

import bptt
import numpy as np


def sgd_step(params, grads, lr):
    return {k: v - lr * grads[k] for k, v in params.items()}


def global_norm(grads):
    v = np.hstack([np.ravel(np.asarray(g, dtype=float)) for g in grads.values()])
    top = np.abs(v).max()
    if not np.isfinite(top) or top == 0:
        return float(top)
    exponent = np.frexp(top)[1]
    return float(np.ldexp(np.linalg.norm(np.ldexp(v, -exponent)), exponent))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold must be positive")
    norm = global_norm(grads)
    if not np.isfinite(norm) or norm < threshold:
        return grads, norm
    return {k: g * (threshold / norm) for k, g in grads.items()}, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and threshold <= 0:
        raise ValueError("threshold must be positive")
    names = list(params)
    theta = np.concatenate([params[k].ravel() for k in names])
    ends = np.cumsum([params[k].size for k in names])[:-1]

    def unpack(vector):
        return {k: part.reshape(params[k].shape).copy() for k, part in zip(names, np.split(vector, ends))}

    checkpoint, losses, norms, restarts = theta, [], [], 0
    for x, y, h_0 in batches:
        p = unpack(theta)
        h, _, y_hat = bptt.forward(p, x, h_0)
        losses.append(sum(bptt.cross_entropy(y_hat[t], y[t]) for t in range(len(y))))
        grads = bptt.bptt(p, x, y, h, y_hat)
        g = np.concatenate([grads[k].ravel() for k in names])
        norms.append(global_norm({"g": g}))
        with np.errstate(all="ignore"):
            if threshold is not None and np.isfinite(norms[-1]) and norms[-1] > threshold:
                g = g * threshold / norms[-1]
            new = theta - lr * g
        if np.isfinite(new).all() and np.isfinite([losses[-1], norms[-1]]).all():
            theta = new
            if len(losses) % checkpoint_every == 0:
                checkpoint = theta
        else:
            losses.pop()
            norms.pop()
            theta = checkpoint
            if restarts == max_restarts:
                break
            restarts, lr = restarts + 1, lr / 2
    return {"params": unpack(theta), "losses": losses, "norms": norms, "restarts": restarts}


def _states(w, b, h_0, steps):
    h = [h_0]
    for _ in range(steps):
        h.append(1.0 / (1.0 + np.exp(-(w * h[-1] + b))))
    return h


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (_states(w, b, h_0, steps)[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = _states(w, b, h_0, steps)
    factor = [h[t] * (1 - h[t]) for t in range(1, steps + 1)]  # of step t at index t - 1
    dw = db = 0.0
    for k in range(1, steps + 1):
        reach = 2 * (h[steps] - target) * factor[k - 1]
        for t in range(k + 1, steps + 1):
            reach *= w * factor[t - 1]
        dw += reach * h[k - 1]
        db += reach
    return [dw, db]


def loss_surface(ws, bs, h_0, steps, target):
    out = np.empty((len(bs), len(ws)))
    for i, b in enumerate(bs):
        for j, w in enumerate(ws):
            out[i, j] = scalar_rnn_loss(w, b, h_0, steps, target)
    return out


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = np.empty((n_updates + 1, 2))
    path[0] = start
    for i in range(n_updates):
        dw, db = scalar_rnn_grad(path[i, 0], path[i, 1], h_0, steps, target)
        grads = {"w": np.array(dw), "b": np.array(db)}
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        path[i + 1] = path[i] - lr * np.array([grads["w"], grads["b"]])
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path, title in ((axes[0], plain_path, "Without clipping"), (axes[1], clipped_path, "With clipping")):
        ax.pcolormesh(ws, bs, surface, shading="auto", norm="log")
        ax.plot(path[:, 0], path[:, 1], "-o", color="red", markersize=2)
        ax.set_xlim(np.min(ws), np.max(ws))
        ax.set_ylim(np.min(bs), np.max(bs))
        ax.set_xlabel("w")
        ax.set_ylabel("b")
        ax.set_title(title)
