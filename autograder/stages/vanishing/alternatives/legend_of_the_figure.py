"""Functional style; the legend of plot_decay stands in the figure, beside the Axes."""
from functools import reduce
from itertools import accumulate
from operator import matmul

import bptt
import numpy as np
from matplotlib.ticker import FixedFormatter, FixedLocator
from numpy.linalg import eigvals, norm, svd

spectral = lambda J: svd(J, compute_uv=False).max()
jacobian_norms = lambda h, W_h, t: np.array(list(map(spectral, accumulate(
    (bptt.dh_dh_prev(h_k, W_h) for h_k in h[1:t + 1][::-1]), matmul, initial=np.eye(len(W_h))))))[::-1].copy()
decay_bound = lambda W_h, t: np.vander([spectral(W_h)], t + 1)[0]
vanishing_lag = lambda norms, tolerance: min((len(norms) - 1 - k for k, v in enumerate(norms) if v < tolerance), default=None)


def rescale(W_h, radius):
    match abs(eigvals(W_h)).max():
        case 0:
            raise ValueError("spectral radius 0")
        case rho:
            return W_h * radius / rho


def decay_rate(norms):
    """By numpy's own least squares polynomial."""
    from numpy.polynomial import Polynomial

    lag = np.arange(len(norms) - 1, -1, -1)[norms > 0]
    line = Polynomial.fit(lag, np.log(norms[norms > 0]), 1)
    return line(1.0) - line(0.0)


def sweep(radii, hidden_size, length, seeds):
    def draw(seed, radius):
        rng = np.random.default_rng(seed)
        return rescale(rng.standard_normal((hidden_size, hidden_size)), radius), rng.uniform(-0.1, 0.1, hidden_size)

    def log_norms(W_h, h_0):
        h = np.stack(list(accumulate(range(length), lambda h, _: np.tanh(W_h @ h), initial=h_0)))
        with np.errstate(divide="ignore"):
            return np.log(jacobian_norms(h, W_h, length))[::-1]

    return np.exp([reduce(np.add, (log_norms(*draw(seed, radius)) for seed in seeds)) / len(seeds) for radius in radii])


term_norms = lambda params, x, y, h, y_hat, t: np.array(
    [norm(bptt.term(params, x, y, h, y_hat, t, k), "fro") for k in range(1, t + 1)])
far_share = lambda norms, lag: (np.cumsum([0, *norms]) / np.sum(norms))[max(len(norms) - lag, 0)]


def early_gradients(params, sequences, targets):
    def one(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(params["b"].size))
        back = reduce(lambda g, h_t: g @ bptt.dh_dh_prev(h_t, params["W_h"]), h[:1:-1],
                      bptt.dL_dz(y_hat[-1], target) @ params["W_y"])
        return norm(back)

    return np.array([one(*pair) for pair in zip(sequences, targets)])


can_tell_apart = lambda a, b, factor: bool(np.ptp(np.sort([np.median(a), np.median(b)]) * [factor, 1]) > 0
                                           and max(np.median(a), np.median(b)) > factor * min(np.median(a), np.median(b)))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    looks = [(c, w) for w in (1.5, 3.0, 0.8, 2.2, 4.0) for c in ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")]
    look_of = dict(zip([*norms_by_radius, *(r for r in bound_by_radius if r not in norms_by_radius)], looks))
    for radius, values in norms_by_radius.items():
        colour, width = look_of[radius]
        ax.semilogy(values, color=colour, lw=width, label=f"radius {radius:g}")
    for radius, values in bound_by_radius.items():
        colour, width = look_of[radius]
        ax.semilogy(values, color=colour, lw=width, ls=(0, (5, 3)), label=f"bound for {radius:g}")
    ax.set_yscale("log")
    ax.set_xlabel("lag: steps from t back to k")
    ax.set_ylabel("spectral norm of $\\partial h_t / \\partial h_k$")
    ax.figure.legend(loc="outside right upper" if ax.figure.get_constrained_layout() else "upper right")


def plot_terms(ax, norms, words):
    places = np.arange(len(words)) + 0.5
    ax.bar(places, norms, width=0.9, bottom=0)
    ax.set_yscale("log", nonpositive="clip")
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter(list(words)))
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the word's summand")
