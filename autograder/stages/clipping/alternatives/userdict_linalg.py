"""Stage 3: np.linalg on lists of norms, a UserDict as the history, images turned by hand."""
from collections import UserDict
from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
from bptt import bptt, cross_entropy, forward


class Gradient(UserDict):
    """A dict of arrays that can be scaled and measured."""

    def __truediv__(self, number):
        return Gradient({k: v / number for k, v in self.data.items()})

    def __mul__(self, number):
        return Gradient({k: v * number for k, v in self.data.items()})

    @property
    def largest(self):
        return max(np.linalg.norm(np.ravel(v).astype(float), np.inf) for v in self.data.values())

    @property
    def length(self):
        largest = self.largest
        if largest == 0 or not largest < np.inf:
            return largest
        return largest * np.linalg.norm([np.linalg.norm(v) for v in (self / largest).data.values()])


def sgd_step(params, grads, lr):
    out = deepcopy(dict(params))
    for k in out:
        out[k] = out[k] - np.dot(lr, grads[k])
    return out


def global_norm(grads):
    if any(np.isnan(g).any() for g in grads.values()):
        return float("nan")
    with np.errstate(over="ignore"):
        return float(Gradient({k: np.asarray(g, dtype=float) for k, g in grads.items()}).length)


def clip_by_norm(grads, threshold):
    if not 0 < threshold:
        raise ValueError
    norm = global_norm(grads)
    if not np.isfinite(norm) or threshold > norm:
        return deepcopy(grads), norm
    g = Gradient(grads)
    g = g / g.largest
    return (g / g.length * threshold).data, norm


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and not 0 < threshold:
        raise ValueError
    state = deepcopy(params)
    checkpoint = deepcopy(params)
    out = UserDict(params=None, losses=[], norms=[], restarts=0)
    rates = iter(lr / 2 ** k for k in range(max_restarts + 1))
    rate = next(rates)
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):
            h, z, y_hat = forward(state, x, h_0)
            loss = sum([cross_entropy(y_hat[i], k) for i, k in enumerate(y)])
            grads = {k: v for k, v in bptt(state, x, y, h, y_hat).items() if k != "h_0"}
            finite = np.isfinite(loss) and np.isfinite(np.concatenate([v.ravel() for v in grads.values()])).all()
            if finite:
                norm = global_norm(grads)
                step = grads if threshold is None else clip_by_norm(grads, threshold)[0]
                new = sgd_step(state, step, rate)
                finite = np.isfinite(np.concatenate([v.ravel() for v in new.values()])).all()
        if finite:
            state = new
            out["losses"].append(loss)
            out["norms"].append(norm)
            if len(out["losses"]) % checkpoint_every == 0:
                checkpoint = deepcopy(state)
            continue
        state = deepcopy(checkpoint)
        try:
            rate = next(rates)
        except StopIteration:
            break
        out["restarts"] += 1
    out["params"] = state
    return out.data


def _sigma(a):
    # e^a for what is far to the left, 1 / (1 + e^-a) else
    return np.piecewise(np.atleast_1d(np.asarray(a, dtype=float)), [np.atleast_1d(a) < -36, np.atleast_1d(a) >= -36],
                        [np.exp, lambda v: 1 / (1 + np.exp(-v))]).reshape(np.shape(a))


def scalar_rnn_loss(w, b, h_0, steps, target):
    h = np.array(h_0, dtype=float)
    for _ in range(steps):
        h = _sigma(w * h + b)
    return np.float64((h - target) ** 2)


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = np.zeros(steps + 1)
    h[0] = h_0
    for t in range(1, steps + 1):
        h[t] = _sigma(w * h[t - 1] + b)
    # dL/da_t = 2 (h_T - target) s_T (w s_{T-1}) ... (w s_t): a running product from the end
    s = h[1:] * (1 - h[1:])
    factors = np.concatenate([[2 * (h[-1] - target) * s[-1]], w * s[-2::-1]])[:steps]
    da = np.cumprod(factors)[::-1]
    return (da * h[:-1]).sum(), da.sum()


def loss_surface(ws, bs, h_0, steps, target):
    grid = np.zeros(np.shape(bs) + np.shape(ws))
    h = grid + h_0
    for t in range(steps):
        h = _sigma(np.outer(np.ones_like(bs, dtype=float), ws) * h + np.outer(bs, np.ones_like(ws, dtype=float)))
    return (h - target) ** 2


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and not 0 < threshold:
        raise ValueError
    path = np.tile(np.asarray(start, dtype=float), (n_updates + 1, 1))
    for k in range(n_updates):
        g = Gradient(w=np.array(scalar_rnn_grad(*path[k], h_0, steps, target)))
        if threshold is not None:
            g = clip_by_norm(g.data, threshold)[0]
        path[k + 1] = path[k] - lr * np.asarray(g["w"])
    return path


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    ws, bs = np.asarray(ws), np.asarray(bs)
    half_w, half_b = np.diff(ws).mean() / 2, np.diff(bs).mean() / 2
    image = np.log10(surface)[::-1]             # the largest b comes first, as imshow has it
    cmap = plt.get_cmap("terrain")
    for ax, path, title in [(axes[0], plain_path, "a) without clipping"), (axes[1], clipped_path, "b) with clipping")]:
        shown = ax.imshow(image, cmap=cmap, extent=[ws[0] - half_w, ws[-1] + half_w, bs[0] - half_b, bs[-1] + half_b],
                          aspect="auto", interpolation="bilinear")
        ax.plot(path[:, 0], path[:, 1], linewidth=2.5, color="white")
        ax.plot(path[:, 0], path[:, 1], linewidth=1, color="red", label="descent")
        ax.annotate("start", path[0])
        ax.legend(loc="lower left")
        ax.set(title=title, xlabel="$w$", ylabel="$b$")
        ax.set_xlim(ws[0], ws[-1])
        ax.set_ylim(bs[0], bs[-1])
    shown.figure.colorbar(shown, ax=axes[1]).set_label("log10 L")
