"""Plain loops, lists and the math module."""

import math

import numpy as np
from bptt import bptt, cross_entropy, forward


def sgd_step(params, grads, lr):
    new = {}
    for key in params:
        flat = []
        for value, slope in zip(params[key].flatten(), grads[key].flatten()):
            flat.append(value - lr * slope)
        new[key] = np.array(flat).reshape(params[key].shape)
    return new


def global_norm(grads):
    entries = []
    for key in grads:
        entries.extend(float(v) for v in np.ravel(grads[key]))
    return math.hypot(*entries)


def clip_by_norm(grads, threshold):
    if not threshold > 0:
        raise ValueError("threshold")
    norm = global_norm(grads)
    if math.isnan(norm) or math.isinf(norm) or norm < threshold:
        return {key: np.array(grads[key]) for key in grads}, norm
    return {key: np.array(grads[key]) / norm * threshold for key in grads}, norm


def all_finite(arrays):
    for array in arrays.values():
        for value in np.ravel(array):
            if not math.isfinite(value):
                return False
    return True


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    current = {}
    for key in params:
        current[key] = np.array(params[key])
    saved = dict(current)
    losses = []
    norms = []
    restarts = 0
    for batch in batches:
        x, y, h_0 = batch
        h, _, y_hat = forward(current, x, h_0)
        loss = 0.0
        for t in range(len(y)):
            loss += cross_entropy(y_hat[t], int(y[t]))
        everything = bptt(current, x, y, h, y_hat)
        grads = {}
        for key in params:
            grads[key] = everything[key]
        good = math.isfinite(loss) and all_finite(grads)
        if good:
            norm = global_norm(grads)
            if threshold is not None:
                grads, norm = clip_by_norm(grads, threshold)
            new = sgd_step(current, grads, lr)
            good = all_finite(new)
        if good:
            current = new
            losses.append(loss)
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                saved = dict(current)
            continue
        current = dict(saved)
        if restarts >= max_restarts:
            break
        restarts = restarts + 1
        lr = lr / 2
    return {"params": current, "losses": losses, "norms": norms, "restarts": restarts}


def sigmoid(a):
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    return math.exp(a) / (1 + math.exp(a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = h_0
    for _ in range(steps):
        h = sigmoid(w * h + b)
    return (h - target) ** 2


def scalar_rnn_grad(w, b, h_0, steps, target):
    states = [h_0]
    for _ in range(steps):
        states.append(sigmoid(w * states[-1] + b))
    carry = 2 * (states[-1] - target)
    dw = db = 0
    for before, after in zip(states[-2::-1], states[:0:-1]):
        carry = carry * after * (1 - after)
        dw = dw + carry * before
        db = db + carry
        carry = carry * w
    return (dw, db)


def loss_surface(ws, bs, h_0, steps, target):
    surface = np.zeros((len(bs), len(ws)))
    for i in range(len(bs)):
        for j in range(len(ws)):
            surface[i, j] = scalar_rnn_loss(ws[j], bs[i], h_0, steps, target)
    return surface


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and threshold <= 0:
        raise ValueError("threshold")
    w, b = float(start[0]), float(start[1])
    path = [[w, b]]
    for _ in range(n_updates):
        dw, db = scalar_rnn_grad(w, b, h_0, steps, target)
        norm = math.sqrt(dw**2 + db**2)
        if threshold is not None and norm >= threshold:
            dw = dw * threshold / norm
            db = db * threshold / norm
        w = w - lr * dw
        b = b - lr * db
        path.append([w, b])
    return np.array(path)


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    left, right = axes
    for ax in (left, right):
        ax.contourf(ws, bs, np.log2(surface), 15)  # to any base
        ax.set_xlabel("w")
        ax.set_ylabel("b")
    left.plot(plain_path[:, 0], plain_path[:, 1])
    left.set_title("Without clipping")
    right.plot(clipped_path[:, 0], clipped_path[:, 1])
    right.set_title("With clipping")
    for ax in (left, right):
        ax.set_xlim(min(ws), max(ws))
        ax.set_ylim(min(bs), max(bs))
