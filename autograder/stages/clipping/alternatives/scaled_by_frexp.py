import copy
import math

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    stepped = copy.deepcopy(params)
    for name, theta in stepped.items():
        theta += -lr * grads[name]
    return stepped


def global_norm(grads):
    arrays = [np.asarray(g, dtype=np.float64) for g in grads.values()]
    top = max(float(np.abs(a).max()) for a in arrays)
    if any(np.isnan(a).any() for a in arrays):
        return float("nan")
    if top in (0.0, math.inf):
        return top
    shift = math.frexp(top)[1]
    return math.ldexp(math.sqrt(sum(float(np.vdot(b, b)) for b in (np.ldexp(a, -shift) for a in arrays))), shift)


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError(threshold)
    norm = global_norm(grads)
    if not math.isfinite(norm) or norm <= threshold:
        return dict(grads), norm
    return {name: threshold * (g / norm) for name, g in grads.items()}, norm


def finite(*things):
    return all(finite(*t.values()) if isinstance(t, dict) else bool(np.isfinite(t).all()) for t in things)


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    checkpoints = [copy.deepcopy(params)]
    current = copy.deepcopy(params)
    history = []
    halvings = 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(current, x, h_0)
            loss = float(sum(cross_entropy(y_hat[i], y[i]) for i in range(len(y))))
            found = bptt(current, x, y, h, y_hat)
            grads = {name: found[name] for name in current}
            before = global_norm(grads)
            step = clip_by_norm(grads, threshold)[0] if threshold is not None else grads
            new = sgd_step(current, step, lr * 2.0 ** -halvings)
        if finite(loss, grads, new):
            current = new
            history.append((loss, before))
            if len(history) % checkpoint_every == 0:
                checkpoints.append(copy.deepcopy(current))
        elif halvings < max_restarts:
            current = copy.deepcopy(checkpoints[-1])
            halvings += 1
        else:
            current = checkpoints[-1]
            break
    losses, norms = ([pair[i] for pair in history] for i in (0, 1))
    return {"params": current, "losses": losses, "norms": norms, "restarts": halvings}


def log_sigmoid(a):
    return -math.log1p(math.exp(-a)) if a > 0 else a - math.log1p(math.exp(a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = float(h_0)
    for _ in range(steps):
        h = math.exp(log_sigmoid(w * h + b))
    return (h - target) * (h - target)


def scalar_rnn_grad(w, b, h_0, steps, target):
    inputs, h = [], float(h_0)
    slopes = []
    for _ in range(steps):
        inputs.append(h)
        a = w * h + b
        h = math.exp(log_sigmoid(a))
        slopes.append(math.exp(log_sigmoid(a) + log_sigmoid(-a)))
    back, dw, db = 2 * (h - target), 0.0, 0.0
    while inputs:
        back *= slopes.pop()
        dw += back * inputs.pop()
        db += back
        back *= w
    return dw, db


def loss_surface(ws, bs, h_0, steps, target):
    return np.vectorize(lambda b, w: scalar_rnn_loss(w, b, h_0, steps, target), otypes=[float])(np.c_[bs], np.r_[ws])


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    rows = np.array([start], dtype=float)
    for _ in range(n_updates):
        g = np.array(scalar_rnn_grad(*rows[-1].tolist(), h_0, steps, target))
        if threshold is not None:
            g = clip_by_norm({"both": g}, threshold)[0]["both"]
        rows = np.vstack([rows, rows[-1] - lr * g])
    return rows


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    from matplotlib.colors import LogNorm

    shared = LogNorm(surface.min(), surface.max())
    for i, (name, path) in enumerate({"without clipping": plain_path, "with clipping": clipped_path}.items()):
        panel = axes[i]
        panel.pcolormesh(ws, bs, surface, norm=shared, shading="gouraud")
        (line,) = panel.plot([], [], "o-", color="tab:red")
        line.set_data(path[:, 0], path[:, 1])
        panel.set(xlabel="w", ylabel="b", title=f"{name} ({len(path) - 1} updates)")
        panel.set(xbound=(ws[0], ws[-1]), ybound=(bs[0], bs[-1]))
