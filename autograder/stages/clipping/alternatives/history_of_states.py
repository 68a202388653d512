"""Every state of the run is kept in a list; the last checkpoint is looked up in it."""

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
    def attempt(theta, x, y, h_0, lr):
        h, _, y_hat = bptt.forward(theta, x, h_0)
        loss = float(sum(map(bptt.cross_entropy, y_hat, y)))
        grads = {k: v for k, v in bptt.bptt(theta, x, y, h, y_hat).items() if k in theta}
        norm = global_norm(grads)
        return loss, norm, sgd_step(theta, grads if threshold is None else clip_by_norm(grads, threshold)[0], lr)

    history = [({k: v.copy() for k, v in params.items()}, None, None)]
    current, restarts = history[0][0], 0
    for x, y, h_0 in batches:
        loss, norm, new = attempt(current, x, y, h_0, lr / 2**restarts)
        if np.isfinite(np.concatenate([[loss, norm], *(v.ravel() for v in new.values())])).all():
            history.append((new, loss, norm))
            current = new
            continue
        accepted = len(history) - 1
        current = history[accepted - accepted % checkpoint_every][0]
        if restarts == max_restarts:
            break
        restarts += 1
    return {"params": current, "losses": [loss for _, loss, _ in history[1:]],
            "norms": [norm for _, _, norm in history[1:]], "restarts": restarts}


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
    rows = []
    for b in bs:
        rows.append(list(map(lambda w, b=b: scalar_rnn_loss(w, b, h_0, steps, target), ws)))
    return np.array(rows)


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
