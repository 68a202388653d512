"""Written from the table of the curriculum and its remarks alone."""

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
    return (_states(w, b, h_0, steps)[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = _states(w, b, h_0, steps)
    dh = 2 * (h[-1] - target)
    dw = db = 0.0
    for t in range(steps, 0, -1):
        da = dh * h[t] * (1 - h[t])
        dw += da * h[t - 1]
        db += da
        dh = da * w
    return (dw, db)


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
