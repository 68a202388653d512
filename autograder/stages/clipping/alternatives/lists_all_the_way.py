from math import exp, inf, isfinite, sqrt

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    new = {}
    for key, theta in params.items():
        theta, g = np.asarray(theta), np.asarray(grads[key])
        entries = [a - lr * c for a, c in zip(theta.flat, g.flat)]
        new[key] = np.array(entries).reshape(theta.shape)
    return new


def global_norm(grads):
    scale, total = 0.0, 1.0  # as BLAS's dnrm2 does
    for g in grads.values():
        for v in np.asarray(g).flat:
            v = abs(float(v))
            if v != v or v == inf:
                return v if v != v else inf
            if v > scale:
                total = 1.0 + total * (scale / v) ** 2 if scale else 1.0
                scale = v
            elif v:
                total += (v / scale) ** 2
    return scale * sqrt(total)


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("needs a positive threshold")
    norm = global_norm(grads)
    if isfinite(norm) and norm >= threshold:
        clipped = {key: np.array([v / norm * threshold for v in np.asarray(g).flat]) for key, g in grads.items()}
        return {key: clipped[key].reshape(np.shape(g)) for key, g in grads.items()}, norm
    return {key: np.array(g) for key, g in grads.items()}, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    state = saved = {key: np.array(theta) for key, theta in params.items()}
    losses, norms, failures = [], [], 0
    pending = list(reversed(batches))
    while pending:
        x, y, h_0 = pending.pop()
        ok = True
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(state, x, h_0)
            loss = 0.0
            for t, target in enumerate(y):
                loss += cross_entropy(y_hat[t], target)
            grads = bptt(state, x, y, h, y_hat)
            grads = {key: grads[key] for key in ("W_x", "W_h", "b", "W_y")}
            norm = global_norm(grads)
            ok = isfinite(loss) and isfinite(norm)
            if ok:
                clipped = grads if threshold is None else clip_by_norm(grads, threshold)[0]
                new = sgd_step(state, clipped, lr)
                ok = all(isfinite(v) for theta in new.values() for v in theta.flat)
        if ok:
            state = new
            losses.append(float(loss))
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                saved = new
        else:
            failures += 1
            state = saved
            lr = lr / 2
            if failures > max_restarts:
                break
    return {"params": state, "losses": losses, "norms": norms, "restarts": min(failures, max_restarts)}


def squash(a):
    return 1 / (1 + exp(-a)) if a > -700 else exp(max(a, -745.0))


def scalar_rnn_loss(w, b, h_0, steps, target):
    for _ in range(steps):
        h_0 = squash(w * h_0 + b)
    return abs(h_0 - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    def back(h, left):
        """d L / d h, d L / d w, d L / d b from this state on."""
        if left == 0:
            return 2 * (h - target), 0.0, 0.0
        after = squash(w * h + b)
        dh, dw, db = back(after, left - 1)
        da = dh * after * (1 - after)
        return da * w, dw + da * h, db + da

    return back(h_0, steps)[1:]


def loss_surface(ws, bs, h_0, steps, target):
    rows = []
    for b in bs:
        row = []
        for w in ws:
            row.append(scalar_rnn_loss(float(w), float(b), h_0, steps, target))
        rows.append(row)
    return np.array(rows)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    here = [float(v) for v in start]
    path = [list(here)]
    for _ in range(n_updates):
        pair = scalar_rnn_grad(*here, h_0, steps, target)
        if threshold is not None:
            clipped, _ = clip_by_norm(dict(enumerate(pair)), threshold)
            pair = [float(clipped[0]), float(clipped[1])]
        here = [v - lr * g for v, g in zip(here, pair)]
        path.append(list(here))
    return np.array(path)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for number, path in enumerate([plain_path, clipped_path]):
        ax = axes[number]
        ax.contour(ws, bs, np.log10(surface), levels=20, linewidths=0.5)
        ax.plot([point[0] for point in path], [point[1] for point in path], "r-s", markersize=3)
        ax.set_xlim([min(ws), max(ws)])
        ax.set_ylim([min(bs), max(bs)])
        ax.set_xlabel("w")
        ax.set_ylabel("b")
        ax.set_title(["Path without clipping", "Path with clipping"][number])
