"""The factor as PyTorch computes it, with 1e-6 beside the norm and a clamp at 1; forward sensitivities."""

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    return {name: params[name] + (-lr) * grads[name] for name in params}


def global_norm(grads):
    return float(np.hypot.reduce([np.hypot.reduce(np.ravel(g)) for g in grads.values()]))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(threshold)
    total = global_norm(grads)
    if not np.isfinite(total):
        return {k: v.copy() for k, v in grads.items()}, total
    coefficient = min(1.0, threshold / (total + 1e-6))
    return {k: v * coefficient for k, v in grads.items()}, total


def evaluate(params, batch):
    x, y, h_0 = batch
    h, _, y_hat = forward(params, x, h_0)
    grads = bptt(params, x, y, h, y_hat)
    return sum(cross_entropy(y_hat[t], y[t]) for t in range(len(x))), {k: grads[k] for k in params}


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    run = {"params": {k: v + 0.0 for k, v in params.items()}, "losses": [], "norms": [], "restarts": 0}
    checkpoint = run["params"]
    for batch in batches:
        loss, grads = evaluate(run["params"], batch)
        clipped, norm = (grads, global_norm(grads)) if threshold is None else clip_by_norm(grads, threshold)
        new = sgd_step(run["params"], clipped, lr)
        if all(np.all(np.isfinite(v)) for v in [loss, *grads.values(), *new.values()]):
            run["params"] = new
            run["losses"] += [loss]
            run["norms"] += [norm]
            if len(run["losses"]) % checkpoint_every == 0:
                checkpoint = new
        elif run["restarts"] < max_restarts:
            run["params"] = checkpoint
            run["restarts"] += 1
            lr *= 0.5
        else:
            run["params"] = checkpoint
            return run
    return run


def scalar_rnn_loss(w, b, h_0, steps, target):
    state = h_0
    for _ in range(steps):
        state = 0.5 * (1 + np.tanh(0.5 * (w * state + b)))
    return float((state - target) ** 2)


def scalar_rnn_grad(w, b, h_0, steps, target):
    h, dh_dw, dh_db = h_0, 0.0, 0.0
    for _ in range(steps):
        new = 1 / (1 + np.exp(-(w * h + b)))
        slope = new * (1 - new)
        h, dh_dw, dh_db = new, slope * (h + w * dh_dw), slope * (1 + w * dh_db)
    return float(2 * (h - target) * dh_dw), float(2 * (h - target) * dh_db)


def loss_surface(ws, bs, h_0, steps, target):
    return np.stack([np.array([scalar_rnn_loss(w, b, h_0, steps, target) for b in bs]) for w in ws], axis=1)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    point = dict(zip(("w", "b"), map(np.float64, start)))
    path = [[point["w"], point["b"]]]
    for _ in range(n_updates):
        grads = dict(zip(("w", "b"), map(np.float64, scalar_rnn_grad(point["w"], point["b"], h_0, steps, target))))
        if threshold is not None:
            grads = clip_by_norm(grads, threshold)[0]
        point = sgd_step(point, grads, lr)
        path.append([point["w"], point["b"]])
    return np.array(path)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    runs = {"Plain SGD, without clipping": plain_path, "SGD with clipping": clipped_path}
    for ax, (title, path) in zip(axes, runs.items()):
        ax.contour(ws, bs, np.log(surface), 12, colors="grey")
        ax.plot(path[:, 0], path[:, 1], marker="x", label="path")
        ax.plot(*path[0], "ks", label="start")
        ax.set(xlabel="Weight w", ylabel="Bias b", title=title, xlim=[ws.min(), ws.max()], ylim=[bs.min(), bs.max()])
        ax.legend()
