"""PyTorch tensors in double precision inside, deque of checkpoints, a coroutine that trains, contourf with shared levels."""
from collections import deque
from copy import deepcopy

import numpy as np
import torch
from bptt import bptt, cross_entropy, forward
from torch.nn.functional import logsigmoid


def sgd_step(params, grads, lr):
    return {name: torch.from_numpy(np.array(theta, float)).sub(torch.as_tensor(np.array(grads[name], float)), alpha=lr).numpy()
            for name, theta in params.items()}


def global_norm(grads):
    flat = torch.cat([torch.as_tensor(np.array(g, float)).flatten() for g in grads.values()])
    largest = flat.abs().max()
    if not torch.isfinite(flat).all() or largest == 0:
        return (torch.nan if flat.isnan().any() else largest.item())
    return ((flat / largest).norm() * largest).item()


def clip_by_norm(grads, threshold):
    if threshold <= 0.0:
        raise ValueError("threshold > 0")
    norm = global_norm(grads)
    long = np.isfinite(norm) and norm >= threshold
    return {n: np.multiply(g, threshold / norm) if long else np.copy(g) for n, g in grads.items()}, norm


def _trainer(params, lr, threshold, every, most):
    """A coroutine that is sent batches and yields nothing; its result is that of train."""
    saved, restarts = deque([deepcopy(params)], maxlen=1), 0
    losses, norms = [], []
    try:
        while True:
            x, y, h_0 = yield
            with np.errstate(all="ignore"):
                h, _, y_hat = forward(params, x, h_0)
                loss = sum(map(cross_entropy, y_hat, y))
                grads = {n: g for n, g in bptt(params, x, y, h, y_hat).items() if n in params}
                norm = global_norm(grads)
                grads = grads if threshold is None else clip_by_norm(grads, threshold)[0]
                new = sgd_step(params, grads, lr)
            if np.isfinite([loss, norm, *(np.abs(p).max() for p in new.values())]).all():
                params = new
                losses.append(loss)
                norms.append(norm)
                if not len(losses) % every:
                    saved.append(deepcopy(params))
                continue
            params = deepcopy(saved[-1])
            if restarts >= most:
                break
            restarts, lr = restarts + 1, lr * 0.5
    except GeneratorExit:
        pass
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    trainer, source = _trainer(dict(params), lr, threshold, checkpoint_every, max_restarts), iter(batches)
    next(trainer)
    try:
        for batch in source:
            trainer.send(batch)
        trainer.throw(GeneratorExit)
    except StopIteration as end:
        return end.value


def _loss(theta, h_0, steps, target):
    w, b = theta
    h = torch.tensor(h_0, dtype=torch.float64)
    for _ in range(steps):
        h = logsigmoid(w * h + b).exp()
    return (h - target).square()


def _theta(w, b):
    return torch.tensor([float(w), float(b)], dtype=torch.float64)


def scalar_rnn_loss(w, b, h_0, steps, target):
    return float(_loss(_theta(w, b), h_0, steps, target))


def scalar_rnn_grad(w, b, h_0, steps, target):
    h, tangent, theta = h_0, np.zeros(2), (w, b)
    for _ in range(steps):
        a = theta[0] * h + theta[1]
        slope = np.exp(-np.logaddexp(0, a) - np.logaddexp(0, -a))
        tangent = slope * (np.array([h, 1.0]) + w * tangent)
        h = np.exp(-np.logaddexp(0, -a))
    return tuple(2 * (h - target) * tangent)


def loss_surface(ws, bs, h_0, steps, target):
    grid = torch.meshgrid(torch.tensor(ws, dtype=torch.float64), torch.tensor(bs, dtype=torch.float64), indexing="xy")
    return _loss(grid, h_0, steps, target)


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    points = np.tile(np.asarray(start, float), (n_updates + 1, 1))
    for now, following in zip(points, points[1:]):
        step = {"both": np.array(scalar_rnn_grad(*now, h_0, steps, target))}
        if threshold is not None:
            step, _ = clip_by_norm(step, threshold)
        following[...] = now - lr * step["both"]
    return points


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    logs = np.log(surface)
    levels = np.linspace(logs.min(), logs.max(), 40)
    for ax, path, title in zip(np.ravel(axes), (plain_path, clipped_path), ("Without clipping", "With clipping")):
        ax.contourf(ws, bs, logs, levels=levels)
        ax.plot(path[:, 0], path[:, 1], color="red", linewidth=1, marker="x")
        ax.axis([ws[0], ws[-1], bs[0], bs[-1]])
        ax.set_title(title)
        ax.set_xlabel("w")
        ax.set_ylabel("b")
