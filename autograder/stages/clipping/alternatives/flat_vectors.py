"""`import bptt`; gradients as one flat vector; surfaces by broadcasting; imshow."""

import bptt
import numpy as np


def sgd_step(params, grads, lr):
    return {k: np.subtract(params[k], np.multiply(lr, grads[k])) for k in sorted(params)}


def global_norm(grads):
    flat = np.concatenate([np.asarray(g, dtype=float).ravel() for g in grads.values()])
    scale = np.abs(flat).max()
    if scale == 0 or np.isnan(scale) or np.isinf(scale):
        return scale
    return scale * np.linalg.norm(flat / scale)


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold must be > 0")
    norm = global_norm(grads)
    if np.isfinite(norm) and norm > threshold:
        return {k: g * (threshold / norm) for k, g in grads.items()}, norm
    return dict(grads), norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    theta = {k: v.copy() for k, v in params.items()}
    checkpoint = {k: v.copy() for k, v in theta.items()}
    losses, norms, restarts, accepted = [], [], 0, 0
    for x, y, h_0 in batches:
        h, _, y_hat = bptt.forward(theta, x, h_0)
        loss = np.sum([bptt.cross_entropy(p, c) for p, c in zip(y_hat, y)])
        grads = bptt.bptt(theta, x, y, h, y_hat)
        grads.pop("h_0")
        norm = global_norm(grads)
        step = grads if threshold is None else clip_by_norm(grads, threshold)[0]
        proposal = sgd_step(theta, step, lr)
        flat = np.concatenate([v.ravel() for v in proposal.values()])
        if np.isfinite([loss, norm]).all() and np.isfinite(flat).all():
            theta = proposal
            accepted += 1
            losses.append(loss)
            norms.append(norm)
            if not accepted % checkpoint_every:
                checkpoint = {k: v.copy() for k, v in theta.items()}
        else:
            theta = {k: v.copy() for k, v in checkpoint.items()}
            if restarts == max_restarts:
                return {"params": theta, "losses": np.array(losses), "norms": np.array(norms), "restarts": restarts}
            restarts, lr = restarts + 1, lr * 0.5
    return {"params": theta, "losses": np.array(losses), "norms": np.array(norms), "restarts": restarts}


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = 1.0 / (1.0 + np.exp(-w * h - b))
    return (target - h) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = np.empty(steps + 1)
    h[0] = h_0
    for t in range(steps):
        h[t + 1] = 1.0 / (1.0 + np.exp(-w * h[t] - b))
    slope = h[1:] * (1 - h[1:])
    # dL/da_t is the loss's slope times all slopes from t on times w for each step between.
    back = 2 * (h[-1] - target) * np.cumprod(np.append(1.0, (w * slope[:0:-1])))[::-1] * slope
    return back @ h[:-1], back.sum()


def loss_surface(ws, bs, h_0, steps, target):
    W, B = np.meshgrid(ws, bs)
    return scalar_rnn_loss(W, B, h_0, steps, target)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = np.empty((n_updates + 1, 2))
    path[0] = start
    for i in range(n_updates):
        g = {"theta": np.array(scalar_rnn_grad(path[i, 0], path[i, 1], h_0, steps, target))}
        if threshold is not None:
            g, _ = clip_by_norm(g, threshold)
        path[i + 1] = path[i] - lr * g["theta"]
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    extent = (ws[0], ws[-1], bs[0], bs[-1])
    for ax, path, title in zip(axes, [plain_path, clipped_path], ["without clipping", "with clipping"]):
        ax.imshow(np.log10(surface), origin="lower", extent=extent, aspect="auto")
        ax.plot(*path.T, "w.-")
        ax.set_title(title)
        ax.set_xlabel("$w$")
        ax.set_ylabel("$b$")
        ax.axis(extent)
