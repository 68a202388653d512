import numpy as np
from bptt import bptt, forward


def _vector(grads):
    return np.concatenate([np.asarray(g, dtype=float).reshape(-1) for g in grads.values()])


def sgd_step(params, grads, lr):
    def step(name):
        return np.asarray(params[name]) + np.asarray(grads[name]) * (-lr)

    return {name: step(name) for name in params}


def global_norm(grads):
    v = _vector(grads)
    biggest = np.abs(v).max()
    if biggest == 0 or not np.isfinite(biggest):
        return float(biggest)
    return float(np.linalg.norm(v / biggest) * biggest)


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("no threshold of that kind")
    norm = global_norm(grads)
    factor = 1.0
    if np.isfinite(norm) and norm > 0:
        factor = 1.0 / max(1.0, norm / threshold)
    return {name: np.asarray(g) * factor for name, g in grads.items()}, norm


class Diverged(Exception):
    pass


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    result = {"params": params, "losses": [], "norms": [], "restarts": 0}
    saved = params

    def accept(x, y, h_0):
        theta = result["params"]
        h, _, y_hat = forward(theta, x, h_0)
        loss = -sum(np.log(y_hat[np.arange(len(y)), y]))
        if not np.isfinite(loss):
            raise Diverged("loss")
        grads = bptt(theta, x, y, h, y_hat)
        grads = {name: grads[name] for name in theta}
        norm = global_norm(grads)
        if not np.isfinite(norm):
            raise Diverged("gradient")
        new = sgd_step(theta, grads if threshold is None else clip_by_norm(grads, threshold)[0], lr)
        if not np.isfinite(_vector(new)).all():
            raise Diverged("update")
        result["params"] = new
        result["losses"].append(loss)
        result["norms"].append(norm)

    for batch in batches:
        try:
            with np.errstate(all="ignore"):
                accept(*batch)
        except Diverged:
            result["params"] = saved
            if result["restarts"] == max_restarts:
                return result
            result["restarts"] += 1
            lr *= 0.5
        else:
            if len(result["losses"]) % checkpoint_every == 0:
                saved = result["params"]
    return result


def _sigma(a):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    if steps == 0:
        return (h_0 - target) ** 2
    return scalar_rnn_loss(w, b, _sigma(w * h_0 + b), steps - 1, target)


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = np.empty(steps + 1)
    h[0] = h_0
    for t in range(1, steps + 1):
        h[t] = _sigma(w * h[t - 1] + b)
    slope = h[1:] * (1 - h[1:])
    # dL/da_t = dL/dh_T σ'_T Π_{s > t} (w σ'_{s - 1})
    factors = np.append(w * slope[:-1], 1.0)
    delta = 2 * (h[-1] - target) * slope[-1] * np.cumprod(factors[::-1])[::-1]
    return float(delta @ h[:-1]), float(delta.sum())


def loss_surface(ws, bs, h_0, steps, target):
    columns = []
    for w in np.asarray(ws, dtype=float):
        h = np.full(len(bs), float(h_0))
        for _ in range(steps):
            h = _sigma(w * h + bs)
        columns.append((h - target) ** 2)
    return np.stack(columns, axis=1)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and threshold <= 0:
        raise ValueError("no threshold of that kind")
    theta = np.asarray(start, dtype=float)
    path = [theta.tolist()]
    for _ in range(n_updates):
        step = -lr * np.array(scalar_rnn_grad(theta[0], theta[1], h_0, steps, target))
        if threshold is not None:
            longest = lr * threshold
            step = step * min(1.0, longest / max(np.hypot(*step), 1e-300))
        theta = theta + step
        path.append(theta.tolist())
    return np.array(path)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    log_loss = np.log10(surface + 1e-12)
    left, right = axes

    def panel(ax, path, title):
        ax.plot(path[:, 0], path[:, 1], "-", color="red", zorder=3)
        ax.imshow(log_loss, origin="lower", extent=(ws[0], ws[-1], bs[0], bs[-1]), aspect="auto", zorder=1)
        ax.set_title(title)
        ax.set_xlabel("W")
        ax.set_ylabel("B")
        ax.set_xlim(ws[0], ws[-1])
        ax.set_ylim(bs[0], bs[-1])

    panel(left, plain_path, "without clipping")
    panel(right, clipped_path, "with clipping")
