import math
from dataclasses import dataclass, field, replace

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    return dict(zip(params, (np.subtract(params[k], np.multiply(lr, grads[k])) for k in params)))


def global_norm(grads):
    return math.hypot(*(float(v) for g in grads.values() for v in np.ravel(g)))


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError(f"{threshold} is no length")
    norm = global_norm(grads)
    if math.isinf(norm) or math.isnan(norm) or norm < threshold:
        return grads, norm
    return {k: np.asarray(g) / norm * threshold for k, g in grads.items()}, norm


@dataclass(frozen=True)
class Run:
    params: dict
    saved: dict
    lr: float
    losses: list = field(default_factory=list)
    norms: list = field(default_factory=list)
    restarts: int = 0
    over: bool = False

    def after(self, batch, threshold, every, limit):
        x, y, h_0 = batch
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(self.params, x, h_0)
            loss = math.fsum(float(cross_entropy(p, k)) for p, k in zip(y_hat, y))
            g = bptt(self.params, x, y, h, y_hat)
            del g["h_0"]
            clipped, norm = (g, global_norm(g)) if threshold is None else clip_by_norm(g, threshold)
            new = sgd_step(self.params, clipped, self.lr)
        if math.isfinite(loss) and math.isfinite(norm) and all(np.isfinite(v).all() for v in new.values()):
            losses, norms = [*self.losses, loss], [*self.norms, norm]
            return replace(self, params=new, saved=self.saved if len(losses) % every else new, losses=losses, norms=norms)
        if self.restarts == limit:
            return replace(self, params=self.saved, over=True)
        return replace(self, params=self.saved, lr=self.lr / 2, restarts=self.restarts + 1)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    run = Run(dict(params), dict(params), lr)
    for batch in batches:
        run = run.after(batch, threshold, checkpoint_every, max_restarts)
        if run.over:
            break
    return {"params": run.params, "losses": np.array(run.losses), "norms": tuple(run.norms), "restarts": run.restarts}


def sigma(a):
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


def states(w, b, h_0, steps):
    h = [h_0]
    for _ in range(steps):
        h.append(sigma(w * h[-1] + b))
    return h


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (states(w, b, h_0, steps)[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    h, parts = states(w, b, h_0, steps), []
    error = 2 * (h[-1] - target)
    for before, after in zip(h[-2::-1], h[:0:-1]):
        error *= after * (1 - after)
        parts.append((error * before, error))
        error *= w
    return math.fsum(p for p, _ in parts), math.fsum(q for _, q in parts)


def loss_surface(ws, bs, h_0, steps, target):
    return np.array([scalar_rnn_loss(w, b, h_0, steps, target) for b in bs for w in ws]).reshape(len(bs), len(ws))


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    def points(w, b):
        yield w, b
        for _ in range(n_updates):
            dw, db = scalar_rnn_grad(w, b, h_0, steps, target)
            if threshold is not None:
                clipped, _ = clip_by_norm({"w": np.array(dw), "b": np.array(db)}, threshold)
                dw, db = float(clipped["w"]), float(clipped["b"])
            w, b = w - lr * dw, b - lr * db
            yield w, b

    return np.array(list(points(*map(float, start))))


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path, words in ((axes[0], plain_path, "SGD without clipping"), (axes[1], clipped_path, "SGD with clipping")):
        ax.contourf(ws, bs, surface, levels=np.logspace(np.log10(surface.min()), np.log10(surface.max()), 25), norm="log")
        ax.plot(*np.transpose(path), "k.-", lw=1)
        ax.axis((ws[0], ws[-1], bs[0], bs[-1]))
        ax.set_xlabel("$w$")
        ax.set_ylabel("$b$")
        ax.set_title(words, loc="left")
