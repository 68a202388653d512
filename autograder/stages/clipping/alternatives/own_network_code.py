"""Forward, loss and gradient written out again inside train, without the earlier module's functions."""

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


def _loss_and_grads(params, x, y, h_0):
    T = len(x)
    h = [np.asarray(h_0, dtype=float)]
    for t in range(T):
        h.append(np.tanh(params["W_x"] @ x[t] + params["W_h"] @ h[t] + params["b"]))
    h = np.array(h)
    z = h[1:] @ params["W_y"].T
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    loss = -np.log(p[np.arange(T), y]).sum()
    dz = p
    dz[np.arange(T), y] -= 1
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    grads["W_y"] = dz.T @ h[1:]
    carry = np.zeros(h.shape[1])
    for t in range(T, 0, -1):
        da = (params["W_y"].T @ dz[t - 1] + carry) * (1 - h[t] ** 2)
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        carry = params["W_h"].T @ da
    return loss, grads


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    params = {k: np.array(v) for k, v in params.items()}
    saved, losses, norms, restarts = params, [], [], 0
    with np.errstate(all="ignore"):
        for x, y, h_0 in batches:
            loss, grads = _loss_and_grads(params, x, y, h_0)
            norm = global_norm(grads)
            if threshold is not None:
                grads = clip_by_norm(grads, threshold)[0]
            new = sgd_step(params, grads, lr)
            if np.isfinite(loss + norm) and all(np.isfinite(v).all() for v in new.values()):
                params = new
                losses.append(loss)
                norms.append(norm)
                saved = new if len(losses) % checkpoint_every == 0 else saved
            elif restarts < max_restarts:
                params, restarts, lr = saved, restarts + 1, lr / 2
            else:
                params = saved
                break
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
