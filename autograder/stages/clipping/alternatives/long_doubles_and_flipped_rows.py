import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    new = {k: np.array(v, dtype=float) for k, v in params.items()}
    for k in new:
        new[k] -= lr * grads[k]
    return new


def global_norm(grads):
    with np.errstate(all="ignore"):
        total = np.longdouble(0)
        for g in grads.values():
            total += np.sum(np.asarray(g, dtype=np.longdouble) ** 2)
        return float(np.sqrt(total))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold <= 0")
    norm = global_norm(grads)
    clipped = {k: np.copy(g) for k, g in grads.items()}
    if threshold <= norm < np.inf:
        for k in clipped:
            clipped[k] *= threshold / norm
    return clipped, norm


def copies(params):
    return {k: np.copy(v) for k, v in params.items()}


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and threshold <= 0:
        raise ValueError("threshold <= 0")
    params = copies(params)
    saved, out = copies(params), {"losses": [], "norms": [], "restarts": 0}
    np.seterr(all="ignore")
    try:
        for x, y, h_0 in batches:
            h, _z, y_hat = forward(params, x, h_0)
            loss = np.sum([cross_entropy(y_hat[t], y[t]) for t in range(len(x))])
            grads = bptt(params, x, y, h, y_hat)
            grads.pop("h_0")
            norm = global_norm(grads)
            if threshold is not None:
                grads = clip_by_norm(grads, threshold)[0]
            new = sgd_step(params, grads, lr)
            numbers = np.concatenate([[loss, norm], *(v.ravel() for v in new.values())])
            if np.all(np.isfinite(numbers)):
                params = new
                out["losses"].append(loss)
                out["norms"].append(norm)
                if not len(out["losses"]) % checkpoint_every:
                    saved = copies(params)
                continue
            params = copies(saved)
            if out["restarts"] >= max_restarts:
                break
            out["restarts"] += 1
            lr = 0.5 * lr
    finally:
        np.seterr(all="warn")
    return {"params": params, **out}


def sigmoid(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    h, t = h_0, 0
    while t < steps:
        h, t = sigmoid(w * h + b), t + 1
    return np.square(h - target)


def scalar_rnn_grad(w, b, h_0, steps, target):
    # forward mode: the derivatives of the state go along with it
    h, dh_dw, dh_db = h_0, 0.0, 0.0
    for _ in range(steps):
        e = np.exp(-np.abs(w * h + b))
        slope = e / (1 + e) ** 2
        dh_dw, dh_db = slope * (h + w * dh_dw), slope * (1 + w * dh_db)
        h = sigmoid(w * h + b)
    return [2 * (h - target) * dh_dw, 2 * (h - target) * dh_db]


def loss_surface(ws, bs, h_0, steps, target):
    W, B = np.meshgrid(ws, bs)
    h = np.full(W.shape, float(h_0))
    for _ in range(steps):
        h = sigmoid(W * h + B)
    return (h - target) ** 2


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    path = np.empty((n_updates + 1, 2))
    path[0] = start
    for k in range(n_updates):
        g = {"wb": np.array(scalar_rnn_grad(path[k, 0], path[k, 1], h_0, steps, target))}
        g = g["wb"] if threshold is None else clip_by_norm(g, threshold)[0]["wb"]
        path[k + 1] = path[k] - lr * g
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    picture = np.flipud(np.log10(surface))
    for ax, path, title in zip(axes, [plain_path, clipped_path], ["Without clipping", "With clipping"]):
        ax.imshow(picture, extent=[ws[0], ws[-1], bs[0], bs[-1]], aspect="auto", interpolation="bilinear", cmap="Greys")
        ax.plot(path[:, 0], path[:, 1], marker="x", linestyle="none", zorder=5)
        ax.plot(path[:, 0], path[:, 1], zorder=4)
        ax.set_xlim(ws[0], ws[-1])
        ax.set_ylim(bs[0], bs[-1])
        ax.set_xlabel("weight w")
        ax.set_ylabel("bias b")
        ax.set_title(title)
