"""Updates in place, on copies of its own; a rejected update is undone by the checkpoint."""

import numpy as np
from bptt import bptt as backward
from bptt import cross_entropy, forward


def sgd_step(params, grads, lr):
    new = {k: np.array(v, copy=True) for k, v in params.items()}
    for k, v in new.items():
        v -= lr * grads[k]
    return new


def global_norm(grads):
    peak = 0.0
    for g in grads.values():
        top = np.abs(g).max()
        if np.isnan(top):
            return float("nan")
        peak = max(peak, float(top))
    if peak in (0.0, float("inf")):
        return peak
    return peak * float(np.sqrt(sum(float(np.vdot(g / peak, g / peak)) for g in grads.values())))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold")
    own = {k: np.array(v, copy=True) for k, v in grads.items()}
    norm = global_norm(own)
    if threshold <= norm < np.inf:
        for v in own.values():
            v *= threshold / norm
    return own, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    own = {k: v.copy() for k, v in params.items()}
    checkpoint = {k: v.copy() for k, v in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        h, _, y_hat = forward(own, x, h_0)
        loss = 0.0
        for t in range(len(y)):
            loss = loss + cross_entropy(y_hat[t], y[t])
        grads = backward(own, x, y, h, y_hat)
        del grads["h_0"]
        norm = global_norm(grads)
        if threshold is not None:
            grads, norm = clip_by_norm(grads, threshold)
        with np.errstate(over="ignore", invalid="ignore"):
            for k in own:
                own[k] -= lr * grads[k]
        if np.isfinite(loss) and np.isfinite(norm) and all(np.isfinite(v).all() for v in own.values()):
            losses.append(loss)
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                for k in own:
                    checkpoint[k][...] = own[k]
        else:
            for k in own:
                own[k][...] = checkpoint[k]
            if restarts + 1 > max_restarts:
                break
            restarts += 1
            lr = 0.5 * lr
    return {"params": own, "losses": losses, "norms": norms, "restarts": restarts}


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = np.zeros(steps + 1)
    h[0] = h_0
    for t in range(1, steps + 1):
        h[t] = np.exp(-np.logaddexp(0.0, -(w * h[t - 1] + b)))
    return (h[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = np.zeros(steps + 1)
    h[0] = h_0
    for t in range(1, steps + 1):
        h[t] = np.exp(-np.logaddexp(0.0, -(w * h[t - 1] + b)))
    dL_dh = np.zeros(steps + 1)
    dL_dh[-1] = 2 * (h[-1] - target)
    dL_da = np.zeros(steps + 1)
    for t in reversed(range(1, steps + 1)):
        dL_da[t] = dL_dh[t] * h[t] * (1 - h[t])
        dL_dh[t - 1] += dL_da[t] * w
    return np.sum(dL_da[1:] * h[:-1]), np.sum(dL_da)


def loss_surface(ws, bs, h_0, steps, target):
    surface = np.full((bs.size, ws.size), np.nan)
    for index in np.ndindex(surface.shape):
        surface[index] = scalar_rnn_loss(ws[index[1]], bs[index[0]], h_0, steps, target)
    return surface


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = np.zeros((1 + n_updates, 2))
    path[0, 0], path[0, 1] = start
    for i in range(n_updates):
        dw, db = scalar_rnn_grad(path[i, 0], path[i, 1], h_0, steps, target)
        g = {"w": np.array([dw]), "b": np.array([db])}
        if threshold is not None:
            g = clip_by_norm(g, threshold)[0]
        path[i + 1, 0] = path[i, 0] - lr * g["w"][0]
        path[i + 1, 1] = path[i, 1] - lr * g["b"][0]
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    x, y = np.meshgrid(ws, bs)
    for k, path in enumerate((plain_path, clipped_path)):
        axes[k].contourf(x, y, np.log10(surface), levels=30)
        axes[k].plot(path[:, 0], path[:, 1], "r-")
        axes[k].plot(path[-1:, 0], path[-1:, 1], "r*")
        axes[k].set_xlim(ws[0], ws[-1])
        axes[k].set_ylim(bs[0], bs[-1])
        axes[k].set_xlabel("weight w")
        axes[k].set_ylabel("bias b")
        axes[k].set_title(("Path without clipping", "Path with clipping")[k])
