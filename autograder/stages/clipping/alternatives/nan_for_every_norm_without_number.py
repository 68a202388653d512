"""NaN for a norm that is no number, Inf too; sums of logarithms for the sigmoid; the gradient forwards; pictures by pyplot."""

import bptt as first_stage
import numpy as np


def sgd_step(params, grads, lr):
    return {name: np.add(params[name], np.multiply(-lr, grads[name])) for name in sorted(params)}


def global_norm(grads):
    sizes = np.abs(np.hstack([np.asarray(g, float).ravel() for g in grads.values()]))
    if not np.isfinite(sizes).all():
        return float("nan")
    if not sizes.any():
        return 0.0
    unit = 2.0 ** np.floor(np.log2(sizes.max()))
    return unit * np.linalg.norm(sizes / unit)


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError(f"a threshold of {threshold}")
    norm = global_norm(grads)
    if norm > threshold:
        grads = {name: g / norm * threshold for name, g in grads.items()}
    return grads, norm


class GivenUp(Exception):
    pass


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    now = {name: np.array(theta) for name, theta in params.items()}
    checkpoint, losses, norms, restarts = dict(now), [], [], 0
    for x, y, h_0 in iter(batches):
        try:
            with np.errstate(all="ignore"):
                h, _, y_hat = first_stage.forward(now, x, h_0)
                loss = sum(first_stage.cross_entropy(y_hat[i], int(y[i])) for i in range(len(y)))
                grads = first_stage.bptt(now, x, y, h, y_hat)
                del grads["h_0"]
                norm = global_norm(grads)
                if np.isnan(norm) or not np.isfinite(loss):
                    raise GivenUp
                new = sgd_step(now, grads if threshold is None else clip_by_norm(grads, threshold)[0], lr)
                if not all(np.isfinite(theta).all() for theta in new.values()):
                    raise GivenUp
        except GivenUp:
            now = dict(checkpoint)
            if restarts >= max_restarts:
                break
            restarts, lr = restarts + 1, lr / 2
        else:
            now = new
            losses += [float(loss)]
            norms += [float(norm)]
            if not len(losses) % checkpoint_every:
                checkpoint = dict(now)
    return {"params": now, "losses": np.array(losses), "norms": np.array(norms), "restarts": restarts}


def sigma(a):
    return np.exp(-np.logaddexp(0, -a))


def loss_surface(ws, bs, h_0, steps, target):
    W, B = np.meshgrid(ws, bs)
    h = np.full(W.shape, h_0, dtype=float)
    for _ in range(steps):
        h = sigma(W * h + B)
    return np.square(h - target)


def scalar_rnn_loss(w, b, h_0, steps, target):
    return loss_surface(np.array([w]), np.array([b]), h_0, steps, target).item()


def scalar_rnn_grad(w, b, h_0, steps, target):
    h, by_w, by_b = h_0, 0.0, 0.0
    for _ in range(steps):
        before, h = h, sigma(w * h + b)
        slope = h * (1 - h)
        by_w, by_b = slope * (before + w * by_w), slope * (1 + w * by_b)
    return np.array([by_w, by_b]) * 2 * (h - target)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    points = np.empty((n_updates + 1, 2))
    points[0] = start
    for i in range(n_updates):
        grad = scalar_rnn_grad(*points[i], h_0, steps, target)
        if threshold is not None:
            grad = clip_by_norm({"both": grad}, threshold)[0]["both"]
        points[i + 1] = points[i] - lr * grad
    return points


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    import matplotlib.pyplot as plt
    from matplotlib.colors import LogNorm

    norm = LogNorm(surface.min(), surface.max())
    for ax, path, how in zip(axes, (plain_path, clipped_path), ("without", "with")):
        plt.sca(ax)
        mesh = plt.pcolormesh(ws, bs, surface, norm=norm, cmap="viridis", shading="gouraud")
        plt.plot(path[:, 0], path[:, 1], c="w")
        plt.xlim(ws.min(), ws.max())
        plt.ylim(bs.min(), bs.max())
        plt.xlabel("recurrent weight w")
        plt.ylabel("bias b")
        plt.title(f"Descent {how} clipping")
    axes[0].figure.colorbar(mesh, ax=list(axes), label="loss")
