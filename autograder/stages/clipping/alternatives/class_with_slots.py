import numpy as np
from bptt import bptt, cross_entropy, forward


def norm_of(*arrays):
    """One norm over arrays of any kind; safe at both ends of the range of a float."""
    flat = np.concatenate([np.ravel(np.asarray(a, dtype=np.float64)) for a in arrays])
    with np.errstate(all="ignore"):
        naive = np.sqrt(flat @ flat)
        if 1e-140 < naive < 1e140:
            return float(naive)
        unit = np.abs(flat).max()
        return float(unit if unit == 0 or not np.isfinite(unit) else unit * np.sqrt(np.sum((flat / unit) ** 2)))


def sgd_step(params, grads, lr):
    return {name: np.add(params[name], -lr * np.asarray(grads[name])) for name in params}


def global_norm(grads):
    return norm_of(*grads.values())


def clip_by_norm(grads, threshold):
    if threshold > 0:
        norm = global_norm(grads)
        if np.isfinite(norm) and norm >= threshold:
            return {name: np.asarray(g) * (threshold / norm) for name, g in grads.items()}, norm
        return dict(grads.items()), norm
    raise ValueError("clip_by_norm wants threshold > 0")


class Trainer:
    __slots__ = ("every", "losses", "lr", "norms", "params", "restarts", "safe", "threshold")

    def __init__(self, params, lr, threshold, every):
        self.params = self.safe = params
        self.lr, self.threshold, self.every = lr, threshold, every
        self.losses, self.norms, self.restarts = [], [], 0

    def loss_and_gradient(self, x, y, h_0):
        h, _, y_hat = forward(self.params, x, h_0)
        g = bptt(self.params, x, y, h, y_hat)
        g.pop("h_0")
        return sum(cross_entropy(p, k) for p, k in zip(y_hat, y)), g

    def proposal(self, batch):
        loss, g = self.loss_and_gradient(*batch)
        norm = norm_of(*g.values())
        if self.threshold is not None:
            g = clip_by_norm(g, self.threshold)[0]
        return loss, norm, sgd_step(self.params, g, self.lr)

    def __call__(self, batch):
        loss, norm, new = self.proposal(batch)
        if not np.isfinite([loss, norm, norm_of(*new.values())]).all() and not all(
                np.isfinite(v).all() for v in (np.array([loss, norm]), *new.values())):
            return False
        self.params = new
        self.losses.append(loss)
        self.norms.append(norm)
        if len(self.losses) % self.every == 0:
            self.safe = new
        return True


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    trainer = Trainer({name: theta.copy() for name, theta in params.items()}, lr, threshold, checkpoint_every)
    with np.errstate(all="ignore"):
        for batch in batches:
            if trainer(batch):
                continue
            trainer.params = trainer.safe
            if trainer.restarts == max_restarts:
                break
            trainer.restarts += 1
            trainer.lr /= 2
    return {key: getattr(trainer, key) for key in ("params", "losses", "norms", "restarts")}


def sigmoid(a):
    a = np.asarray(a, dtype=float)
    e = np.exp(-np.abs(a))
    return np.where(a < 0, e, 1.0) / (1.0 + e)


def run(w, b, h_0, steps):
    h = np.asarray(h_0, dtype=float)
    yield h
    for _ in range(steps):
        h = sigmoid(w * h + b)
        yield h


def scalar_rnn_loss(w, b, h_0, steps, target):
    *_, last = run(w, b, h_0, steps)
    return float((last - target) ** 2)


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = list(map(float, run(w, b, h_0, steps)))
    grad = np.zeros(2)
    carried = 2 * (h[-1] - target)
    for t in range(steps, 0, -1):
        carried = carried * h[t] * (1 - h[t])
        grad += carried * np.array([h[t - 1], 1.0])
        carried = carried * w
    return tuple(grad.tolist())


def loss_surface(ws, bs, h_0, steps, target):
    *_, last = run(np.asarray(ws)[np.newaxis, :], np.asarray(bs)[:, np.newaxis], np.full((len(bs), len(ws)), h_0), steps)
    return (last - target) ** 2


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    theta = {"w": np.float64(start[0]), "b": np.float64(start[1])}
    visited = [tuple(theta.values())]
    for _ in range(n_updates):
        grads = dict(zip(("w", "b"), scalar_rnn_grad(theta["w"], theta["b"], h_0, steps, target)))
        if threshold is not None:
            grads, _ = clip_by_norm(grads, threshold)
        theta = sgd_step(theta, grads, lr)
        visited.append(tuple(theta.values()))
    return np.array(visited)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    shown = np.log10(np.clip(surface, 1e-8, None))
    for ax, path in zip(axes, (plain_path, clipped_path)):
        ax.pcolormesh(*np.meshgrid(ws, bs), shown, shading="auto", cmap="viridis", rasterized=True)
        ax.contour(ws, bs, shown, colors="k", linewidths=0.3)
        ax.plot(path[:, 0], path[:, 1], "w-o")
        ax.autoscale(False)
        ax.set(xlabel="w", ylabel="b")
        ax.set_xlim(left=ws[0], right=ws[-1])
        ax.set_ylim(bottom=bs[0], top=bs[-1])
    axes[0].set_title("a) without clipping")
    axes[1].set_title("b) with clipping")
