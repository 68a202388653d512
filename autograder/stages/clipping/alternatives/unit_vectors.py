"""The gradient's unit vector times the shorter of two lengths; the complex step for the scalar RNN."""

import cmath

import bptt
import numpy as np


def sgd_step(params, grads, lr):
    return {k: v - lr * grads[k] for k, v in params.items()}


def global_norm(grads):
    m = max((float(np.max(np.abs(g))) for g in grads.values()), default=0.0)
    if any(not np.isfinite(g).all() for g in grads.values()):
        with np.errstate(all="ignore"):
            return float(np.sqrt(sum(np.sum(np.asarray(g) ** 2) for g in grads.values())))
    if m == 0.0:
        return 0.0
    return m * float(np.sqrt(sum(np.sum((np.asarray(g) / m) ** 2) for g in grads.values())))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold must be positive")
    norm = global_norm(grads)
    if norm == 0 or not np.isfinite(norm) or norm <= threshold:
        return {k: +g for k, g in grads.items()}, norm
    return {k: (g / norm) * min(norm, threshold) for k, g in grads.items()}, norm


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
    return (_states(w, b, h_0, steps)[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    def loss(w, b):
        h = h_0
        for _ in range(steps):
            a = w * h + b
            h = 1 / (1 + cmath.exp(-a)) if a.real > 0 else cmath.exp(a) / (1 + cmath.exp(a))
        return (h - target) ** 2

    tiny = 1e-100
    return loss(w + 1j * tiny, b).imag / tiny, loss(w, b + 1j * tiny).imag / tiny


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
    step_w, step_b = (ws[1] - ws[0]) / 2, (bs[1] - bs[0]) / 2
    window = [ws[0] - step_w, ws[-1] + step_w, bs[0] - step_b, bs[-1] + step_b]
    for ax, path, word in zip(axes, (plain_path, clipped_path), ("without", "with")):
        ax.imshow(np.log10(surface), extent=window, origin="lower", aspect="auto", cmap="cividis")
        ax.autoscale(False)
        ax.plot(path[:, 0], path[:, 1], lw=1)
        ax.set(xlabel="w", ylabel="b", title=f"Descent {word} clipping")
