"""Stage 3 with classes: a Trainer, a Clipper, a Chain. The functions asked for are thin."""
import numpy as np
import bptt as b1


class Clipper:
    """Does nothing where there is no threshold."""

    def __init__(self, threshold):
        if threshold is not None and not threshold > 0:
            raise ValueError("the threshold must be > 0, got {}".format(threshold))
        self.threshold = threshold

    @staticmethod
    def norm(grads):
        arrays = [np.asarray(g, dtype=np.longdouble) for g in grads.values()]
        largest = max(np.abs(a).max() for a in arrays)
        if np.isnan(largest) or any(np.isnan(a).any() for a in arrays):
            return float("nan")
        if np.isinf(largest):
            return float("inf")
        if largest == 0:
            return 0.0
        total = sum(((a / largest) ** 2).sum() for a in arrays)
        with np.errstate(over="ignore"):
            return float(largest * np.sqrt(total))

    def __call__(self, grads):
        norm = self.norm(grads)
        if self.threshold is None or not np.isfinite(norm) or norm < self.threshold:
            return dict((k, np.array(grads[k])) for k in grads), norm
        out = {}
        for k, g in grads.items():
            out[k] = np.asarray(self.threshold * (np.asarray(g, dtype=np.longdouble) / norm), dtype=float)
        return out, norm


class NotAccepted(Exception):
    pass


class Trainer:
    def __init__(self, params, lr, clipper, every, max_restarts):
        self.params, self.lr, self.clip, self.every, self.left = self.copy(params), lr, clipper, every, max_restarts
        self.kept = self.copy(params)
        self.record = {"losses": [], "norms": [], "restarts": 0}

    copy = staticmethod(lambda p: {k: np.array(v, copy=True) for k, v in p.items()})

    @staticmethod
    def demand(*values):
        for v in values:
            if not np.isfinite(v).all():
                raise NotAccepted

    def one(self, x, y, h_0):
        h, z, y_hat = b1.forward(self.params, x, h_0)
        loss = np.sum([b1.cross_entropy(y_hat[t], y[t]) for t in range(x.shape[0])])
        self.demand(loss)
        full = b1.bptt(self.params, x, y, h, y_hat)
        grads = {k: full[k] for k in self.params}
        self.demand(*grads.values())
        step, norm = self.clip(grads)
        new = sgd_step(self.params, step, self.lr)
        self.demand(*new.values())
        self.params = new
        self.record["losses"].append(float(loss))
        self.record["norms"].append(norm)
        if len(self.record["norms"]) % self.every == 0:
            self.kept = self.copy(new)

    def run(self, batches):
        for batch in batches:
            try:
                self.one(*batch)
            except NotAccepted:
                self.params = self.copy(self.kept)
                if self.left == 0:
                    break
                self.left -= 1
                self.record["restarts"] += 1
                self.lr = self.lr / 2
        return {"params": self.params, **self.record}


def sgd_step(params, grads, lr):
    new = {}
    for k, v in params.items():
        v = v.copy()
        v -= lr * grads[k]
        new[k] = v
    return new


def global_norm(grads):
    return Clipper.norm(grads)


def clip_by_norm(grads, threshold):
    if threshold is None:
        raise ValueError("a threshold, please")
    return Clipper(threshold)(grads)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    trainer = Trainer(params, lr, Clipper(threshold), checkpoint_every, max_restarts)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return trainer.run(batches)


class Chain:
    """h_1, ..., h_steps of the scalar RNN, and the slopes sigma(a) sigma(-a)."""

    def __init__(self, w, b, h_0, steps):
        self.w, self.h, self.slope = w, [h_0], []
        for _ in range(steps):
            a = w * self.h[-1] + b
            self.h.append(self.sigma(a))
            self.slope.append(self.sigma(a) * self.sigma(-a))

    @staticmethod
    def sigma(a):
        return float(np.exp(-np.logaddexp(0.0, -a)))

    def back(self, d):
        dw = db = 0.0
        for t in range(len(self.slope) - 1, -1, -1):
            d = d * self.slope[t]
            dw, db = dw + d * self.h[t], db + d
            d = d * self.w
        return dw, db


def scalar_rnn_loss(w, b, h_0, steps, target):
    return (Chain(w, b, h_0, steps).h[-1] - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    chain = Chain(w, b, h_0, steps)
    return chain.back(2.0 * (chain.h[-1] - target))


def loss_surface(ws, bs, h_0, steps, target):
    h = np.broadcast_to(float(h_0), (len(bs), len(ws)))
    for _ in range(steps):
        h = np.exp(-np.logaddexp(0.0, -(np.multiply(h, ws) + np.reshape(bs, (-1, 1)))))
    return np.square(h - target)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    clip = Clipper(threshold)
    path = [{"w": np.float64(start[0]), "b": np.float64(start[1])}]
    for _ in range(n_updates):
        here = path[-1]
        dw, db = scalar_rnn_grad(float(here["w"]), float(here["b"]), h_0, steps, target)
        g, _ = clip({"w": np.array(dw), "b": np.array(db)})
        path.append({k: here[k] - lr * g[k] for k in here})
    return np.array([[p["w"], p["b"]] for p in path])


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    left, right = axes
    z = np.log(surface) / np.log(10)
    for ax in (left, right):
        ax.contour(ws, bs, z, levels=12, cmap="viridis")
        ax.set_xlabel("w (recurrent weight)")
        ax.set_ylabel("b (bias)")
    left.plot(plain_path[:, 0], plain_path[:, 1], "-o", color="tab:red")
    right.plot(clipped_path[:, 0], clipped_path[:, 1], "-o", color="tab:red")
    left.set_title("SGD without clipping")
    right.set_title("SGD with clipping")
    for ax in (left, right):
        ax.axis([ws[0], ws[-1], bs[0], bs[-1]])
