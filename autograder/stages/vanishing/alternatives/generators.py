"""Generators that walk back in time."""
from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator

import bptt
import numpy as np


def going_back(h: np.ndarray, W_h: np.ndarray, t: int) -> Iterator[np.ndarray]:
    """dh_t/dh_t, dh_t/dh_(t-1), ..., dh_t/dh_0"""
    J = np.eye(h.shape[1])
    yield J
    for h_k in h[t:0:-1]:
        J = J @ bptt.dh_dh_prev(h_k, W_h)
        yield J


def running(W_h: np.ndarray, h: np.ndarray) -> Iterator[np.ndarray]:
    while True:
        yield h
        h = np.tanh(W_h @ h)


def jacobian_norms(h: np.ndarray, W_h: np.ndarray, t: int) -> np.ndarray:
    return np.array([np.linalg.norm(J, ord=2) for J in going_back(h, W_h, t)][::-1])


def decay_bound(W_h: np.ndarray, t: int) -> np.ndarray:
    sigma = float(np.linalg.svd(W_h)[1][0])
    powers = itertools.accumulate(itertools.repeat(sigma, t), lambda a, b: a * b, initial=1.0)
    return np.array(list(powers)[::-1])


def vanishing_lag(norms: np.ndarray, tolerance: float) -> int | None:
    return next((lag for lag, norm in enumerate(reversed(norms)) if norm < tolerance), None)


def rescale(W_h: np.ndarray, radius: float) -> np.ndarray:
    rho = max(map(abs, np.linalg.eigvals(W_h)))
    if not rho:
        raise ValueError("W_h has the spectral radius 0")
    return radius * (W_h / rho)


def decay_rate(norms: np.ndarray) -> float:
    points = [(lag, math.log(norm)) for lag, norm in enumerate(reversed(norms)) if norm != 0]
    return statistics.linear_regression(*zip(*points)).slope


def sweep(radii, hidden_size: int, length: int, seeds) -> np.ndarray:
    def decay(radius: float, seed: int) -> list[float]:
        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h = np.array(list(itertools.islice(running(W_h, rng.uniform(-0.1, 0.1, hidden_size)), length + 1)))
        return list(reversed(jacobian_norms(h, W_h, length)))

    def geometric_mean(values) -> float:
        values = list(values)
        return 0.0 if 0 in values else math.exp(math.fsum(map(math.log, values)) / len(values))

    rows = [[geometric_mean(column) for column in zip(*(decay(radius, seed) for seed in seeds))] for radius in radii]
    return np.array(rows)


def term_norms(params, x, y, h, y_hat, t: int) -> np.ndarray:
    dL_dh = bptt.dL_dz(y_hat[t - 1], y[t - 1]) @ bptt.dz_dh(params["W_y"])
    factors = zip(range(t, 0, -1), going_back(h, params["W_h"], t))
    found = {k: np.linalg.norm(np.tensordot(dL_dh @ J, bptt.dh_dW_x(h[k], x[k - 1]), 1)) for k, J in factors}
    return np.array([found[k] for k in range(1, t + 1)])


def far_share(norms: np.ndarray, lag: int) -> float:
    t = len(norms)
    return math.fsum(norm for k, norm in enumerate(norms, start=1) if k <= t - lag) / math.fsum(norms)


def early_gradients(params, sequences, targets) -> np.ndarray:
    def each() -> Iterator[float]:
        for x, target in zip(sequences, targets):
            h, _, y_hat = bptt.forward(params, x, np.zeros(params["b"].shape))
            J = next(itertools.islice(going_back(h, params["W_h"], len(x)), len(x) - 1, None))
            yield np.linalg.norm(bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"]) @ J)

    return np.fromiter(each(), dtype=float)


def can_tell_apart(a: np.ndarray, b: np.ndarray, factor: float) -> bool:
    one, other = statistics.median(a.tolist()), statistics.median(b.tolist())
    return one > factor * other or other > factor * one


def plot_decay(ax, norms_by_radius, bound_by_radius) -> None:
    from cycler import cycler
    from matplotlib import colormaps

    n = max(len(norms_by_radius), 1)
    ax.set_prop_cycle(cycler(color=[colormaps["turbo"](v) for v in np.linspace(0.05, 0.95, n)]))
    used = {}
    for radius, norms in norms_by_radius.items():
        (line,) = ax.plot(np.arange(len(norms)), norms, label=rf"$\rho$ = {radius:g}", linewidth=2.5)
        used[radius] = line.get_color()
    for i, (radius, bound) in enumerate(bound_by_radius.items()):
        ax.plot(np.arange(len(bound)), bound, color=used.get(radius, "black"), linewidth=1, linestyle="dashdot",
                label="bounds (same colour)" if i == 0 else "_nolegend_")
    ax.set_yscale("log")
    ax.set_xlabel("steps back (the lag)")
    ax.set_ylabel("spectral norm (no unit)")
    ax.legend(ncols=2, fontsize="small")


def plot_terms(ax, norms, words) -> None:
    for place, norm in enumerate(norms):
        ax.bar(place, norm, color="C0", log=True)
    ax.set_xticks(range(len(words)))
    ax.set_xticklabels(words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of its summand")
