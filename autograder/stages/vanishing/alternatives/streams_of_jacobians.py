"""Generators that yield norms, scans by accumulate, fsum, a heap for medians, logs throughout, errorbar and step for figures."""
import heapq
import math
from itertools import accumulate, islice

import bptt
import numpy as np


def _way_back(h, W_h, t):
    """dh_t/dh_k for k = t, t - 1, ..., 0, one after the other."""
    yield from accumulate((h[k] for k in range(t, 0, -1)), lambda J, h_k: J @ bptt.dh_dh_prev(h_k, W_h), initial=np.eye(len(W_h)))


def jacobian_norms(h, W_h, t):
    return [np.linalg.svd(J, compute_uv=False)[0] for J in _way_back(h, W_h, t)][::-1]


def decay_bound(W_h, t):
    sigma = np.linalg.svd(W_h, compute_uv=False).max()
    return list(islice(accumulate([1.0, *[sigma] * t], lambda a, b: a * b), t + 1))[::-1]


def vanishing_lag(norms, tolerance):
    return next((np.int64(lag) for lag, norm in enumerate(reversed(list(norms))) if norm < tolerance), None)


def rescale(W_h, radius):
    largest = max(map(abs, np.linalg.eigvals(np.asarray(W_h, float)).tolist()))
    if not largest:
        raise ValueError("nilpotent")
    return np.divide(W_h, largest) * radius


def decay_rate(norms):
    points = [(lag, math.log(norm)) for lag, norm in enumerate(list(norms)[::-1]) if norm]
    n = len(points)
    mean_x, mean_y = math.fsum(x for x, _ in points) / n, math.fsum(y for _, y in points) / n
    over = math.fsum((x - mean_x) * (y - mean_y) for x, y in points)
    return over / math.fsum((x - mean_x) ** 2 for x, _ in points)


def sweep(radii, hidden_size, length, seeds):
    def logs(radius, seed):
        rng = np.random.default_rng(seed)
        W = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        states = [*accumulate(range(length), lambda h, _: np.tanh(W @ h), initial=rng.uniform(-0.1, 0.1, hidden_size))]
        return np.log(jacobian_norms(np.array(states), W, length))[::-1]

    return np.stack([np.exp(np.mean([logs(radius, seed) for seed in seeds], axis=0)) for radius in radii])


def term_norms(params, x, y, h, y_hat, t):
    error = bptt.dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    out = []
    for k, J in zip(range(t, 0, -1), _way_back(h, params["W_h"], t)):
        out.insert(0, math.hypot(*((1 - h[k] ** 2) * (error @ J))) * math.hypot(*x[k - 1]))
    return tuple(out)


def far_share(norms, lag):
    far = [norm for k, norm in enumerate(norms, 1) if k <= len(norms) - lag]
    return math.fsum(far) / math.fsum(norms)


def early_gradients(params, sequences, targets):
    def one(x, target):
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        e = params["W_y"].T @ bptt.dL_dz(y_hat[-1], target)
        for h_t in h[:1:-1]:
            e = np.asarray(bptt.dh_dh_prev(h_t, params["W_h"])).T @ e
        return math.dist(e, np.zeros_like(e))
    return list(map(one, sequences, targets))


def _median(values):
    n = len(values)
    middle = heapq.nsmallest(n // 2 + 1, values)[(n - 1) // 2:]
    return sum(middle) / len(middle)


def can_tell_apart(a, b, factor):
    a, b = _median(list(a)), _median(list(b))
    return np.bool_(max(a, b) > factor * min(a, b))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    colours = dict(zip(norms_by_radius, ("C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9")))
    for radius, norms in norms_by_radius.items():
        ax.semilogy(range(len(norms)), norms, color=colours[radius], ls="-", label=f"radius {radius}")
    for number, (radius, bound) in enumerate(bound_by_radius.items()):
        ax.semilogy(range(len(bound)), bound, color=colours.get(radius, "k"), ls=":", label="bound" if number == 0 else "_")
    ax.set(xlabel="lag in steps", ylabel="norm")
    ax.legend(loc="best")


def plot_terms(ax, norms, words):
    places = [0.5 * k for k in range(len(words))]
    ax.semilogy(places, norms, "s")
    ax.xaxis.set_ticks(places, labels=words, rotation="vertical")
    ax.set_xlabel("words")
    ax.set_ylabel("norm of the summand")
